#pragma once
// Coroutines of a network thread. A Task begins when it is awaited and goes on where its awaiter stands when it ends; nothing here knows a
// loop or a lock: whoever holds the handle of a suspended coroutine resumes it, on the thread it lives on.

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

namespace earshot::http {

template <class T>
class Task;

namespace detail {

struct PromiseBase {
    struct Final {
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class Promise>
        [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
            return ended.promise().awaiter;
        }
        void await_resume() const noexcept {}
    };

    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] Final final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { fault = std::current_exception(); }

    std::coroutine_handle<> awaiter;
    std::exception_ptr fault;
};

template <class T>
struct Promise : PromiseBase {
    [[nodiscard]] Task<T> get_return_object() noexcept;
    void return_value(T result) { value = std::move(result); }
    [[nodiscard]] T take() { return std::move(*value); }
    std::optional<T> value;
};

template <>
struct Promise<void> : PromiseBase {
    [[nodiscard]] Task<void> get_return_object() noexcept;
    void return_void() const noexcept {}
    void take() const noexcept {}
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
public:
    using promise_type = detail::Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    explicit Task(Handle coroutine) noexcept : coroutine_(coroutine) {}
    Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (coroutine_) coroutine_.destroy();
    }

    // Rethrows what the coroutine threw.
    [[nodiscard]] auto operator co_await() && noexcept {
        struct Awaiting {
            Handle coroutine;
            [[nodiscard]] bool await_ready() const noexcept { return false; }
            [[nodiscard]] std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) const noexcept {
                coroutine.promise().awaiter = awaiter;
                return coroutine;
            }
            T await_resume() const {
                if (coroutine.promise().fault) std::rethrow_exception(coroutine.promise().fault);
                return coroutine.promise().take();
            }
        };
        return Awaiting{coroutine_};
    }

private:
    Handle coroutine_;
};

template <class T>
Task<T> detail::Promise<T>::get_return_object() noexcept {
    return Task<T>(Task<T>::Handle::from_promise(*this));
}

inline Task<void> detail::Promise<void>::get_return_object() noexcept {
    return Task<void>(Task<void>::Handle::from_promise(*this));
}

// Runs by itself from the call on, until it ends. Must not throw.
struct Detached {
    struct promise_type {
        [[nodiscard]] Detached get_return_object() const noexcept { return {}; }
        [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
        [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
    };
};

}  // namespace earshot::http
