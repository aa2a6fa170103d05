#pragma once
// The list of people on a page (section PEOPLE of show.html and episode.html).

#include <vector>

#include "content/model/show.hpp"
#include "server/web/values.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {

inline void put_people(Values& values, const std::vector<model::Person>& people) {
    if (people.empty()) return;
    auto& list = values.add("PEOPLE");
    for (const auto& person : people) {
        auto& item = list.add("PERSON");
        item.set("NAME", person.name).set("ROLE", capitalised(person.role)).set("HREF", person.href);
        item.show(person.href.empty() ? "UNLINKED" : "LINKED");
    }
}

}  // namespace earshot::web
