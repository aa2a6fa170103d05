#pragma once
// A value that is rarely there, in memory of its own; copied with what holds it.

#include <memory>
#include <utility>

namespace earshot::analytics {

template <class T>
class Boxed {
public:
    Boxed() = default;
    Boxed(const Boxed& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
    Boxed(Boxed&&) noexcept = default;
    Boxed& operator=(Boxed other) noexcept {
        std::swap(value_, other.value_);
        return *this;
    }
    ~Boxed() = default;
    explicit operator bool() const noexcept { return value_ != nullptr; }
    T& make() {  // when it is not there yet
        if (!value_) value_ = std::make_unique<T>();
        return *value_;
    }
    T& operator*() const noexcept { return *value_; }
    T* operator->() const noexcept { return value_.get(); }

private:
    std::unique_ptr<T> value_;
};

}  // namespace earshot::analytics
