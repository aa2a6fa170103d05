#pragma once
// What staff know of a day: "mentioned on the Today programme". Theirs, shown on charts beside the figures.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/error.hpp"
#include "content/model/time.hpp"
#include "content/storage/database.hpp"

namespace earshot::analytics {

struct Annotation {
    std::string id;
    std::string show;  // id; "" for all
    std::string day;   // "2026-11-24", UTC
    std::string words;
    std::string who;  // of the staff
};

class Annotations {
public:
    static constexpr std::size_t longest = 200;  // of the words, in characters
    static constexpr std::size_t most = 2000;    // of all shows

    Annotations(storage::Database& database, model::Clock clock) : database_(database), clock_(std::move(clock)) {}

    // Cleans the words. Errors: invalid_input, for a day that is none, and for no or too many words.
    [[nodiscard]] static model::Status tidy(Annotation& annotation);
    // id is set here; the same words for the same day and show are there once, however often a button is pressed. Errors:
    // invalid_input, for a day that is none, for no or too many words, and when there are too many already.
    [[nodiscard]] model::Result<Annotation> add(Annotation annotation);
    [[nodiscard]] model::Status edit(const Annotation& annotation);  // day and words, by id; also not_found
    [[nodiscard]] model::Status remove(std::string_view id);         // not_found
    [[nodiscard]] std::optional<Annotation> find(std::string_view id);
    // Of that show and of all, by day; show "": every one.
    [[nodiscard]] std::vector<Annotation> list(std::string_view show, std::string_view first_day, std::string_view last_day);

private:
    storage::Database& database_;
    model::Clock clock_;
};

}  // namespace earshot::analytics
