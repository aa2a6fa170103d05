#include "content/storage/statement.hpp"

#include <deque>

#include <soci/soci.h>

namespace earshot::storage {

namespace {

template <class T>
struct Slot {
    T value{};
    soci::indicator indicator{soci::i_ok};
    std::function<void(std::optional<T>)> deliver;
};

struct TextResult {
    std::string* target;
    std::string value{};
    soci::indicator indicator{soci::i_ok};
};

// A text changes places with what was delivered before, so that rows need no memory of their own.
void deliver_all(std::deque<TextResult>& results) {
    for (auto& result : results) {
        if (result.indicator == soci::i_ok)
            result.target->swap(result.value);
        else
            result.target->clear();
    }
}

template <class T>
void deliver_all(const std::deque<Slot<T>>& slots) {
    for (const auto& slot : slots) slot.deliver(slot.indicator == soci::i_ok ? std::optional(slot.value) : std::nullopt);
}

}  // namespace

// Deques, because the library keeps the addresses of what it was given.
struct Statement::State {
    State(soci::session& session, const char* text) : statement(session), sql(text) {}

    std::deque<Slot<std::string>> texts;
    std::deque<TextResult> text_results;
    std::deque<Slot<long long>> integers, integer_results;
    std::deque<Slot<double>> reals, real_results;
    soci::statement statement;  // after what it points to: it goes first
    const char* sql;
    bool executed = false;

    void prepare() {
        statement.alloc();
        statement.prepare(sql);
        statement.define_and_bind();
        executed = true;
    }

    template <class T>
    void add_parameter(std::deque<Slot<T>>& slots, const char* name, std::optional<T> value) {
        auto& slot = slots.emplace_back();
        if (value) slot.value = std::move(*value);
        slot.indicator = value ? soci::i_ok : soci::i_null;
        statement.exchange(soci::use(slot.value, slot.indicator, name));
    }

    template <class T>
    void add_result(std::deque<Slot<T>>& slots, std::function<void(std::optional<T>)> deliver) {
        auto& slot = slots.emplace_back();
        slot.deliver = std::move(deliver);
        statement.exchange(soci::into(slot.value, slot.indicator));
    }
};

Statement::Statement(soci::session& session, const char* sql) : state_(std::make_unique<State>(session, sql)) {}
Statement::~Statement() = default;

Statement& Statement::bind(const char* name, std::string_view text) {
    state_->add_parameter<std::string>(state_->texts, name, std::string(text));
    return *this;
}

Statement& Statement::bind(const char* name, double value) {
    return bind(name, std::optional(value));
}

Statement& Statement::bind(const char* name, std::optional<double> value) {
    state_->add_parameter<double>(state_->reals, name, value);
    return *this;
}

Statement& Statement::bind_integer(const char* name, Integer value) {
    state_->add_parameter<long long>(state_->integers, name, value);
    return *this;
}

Statement& Statement::into(std::string& target) {
    auto& result = state_->text_results.emplace_back(TextResult{&target});
    state_->statement.exchange(soci::into(result.value, result.indicator));
    return *this;
}

Statement& Statement::into(double& target) {
    state_->add_result<double>(state_->real_results, [&target](std::optional<double> value) { target = value.value_or(0); });
    return *this;
}

Statement& Statement::into(std::optional<double>& target) {
    state_->add_result<double>(state_->real_results, [&target](std::optional<double> value) { target = value; });
    return *this;
}

Statement& Statement::into_integer(std::function<void(Integer)> deliver) {
    state_->add_result<long long>(state_->integer_results, std::move(deliver));
    return *this;
}

bool Statement::next() {
    auto& state = *state_;
    if (!state.executed) {
        state.prepare();
        state.statement.execute(false);
    }
    if (!state.statement.fetch()) return false;
    deliver_all(state.text_results);
    deliver_all(state.integer_results);
    deliver_all(state.real_results);
    return true;
}

long long Statement::run() {
    state_->prepare();
    state_->statement.execute(true);
    return state_->statement.get_affected_rows();
}

}  // namespace earshot::storage
