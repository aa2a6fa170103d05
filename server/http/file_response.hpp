#pragma once
// Files on their way out: what a request says that matters for a file, and the answer. No sockets.

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "server/http/message.hpp"
#include "server/http/response.hpp"
#include "server/http/service.hpp"
#include "server/streaming/list_field.hpp"
#include "server/streaming/preconditions.hpp"

namespace earshot::http {

// Views into the request's head.
struct FileRequest {
    Method method{Method::get};
    streaming::ConditionalFields conditions;
    std::string_view user_agent, referrer;
    bool opted_out{};  // Sec-GPC: 1 or DNT: 1
};

// A file reply with the header fields that no request changes written out once.
struct PreparedFile {
    FileReply reply;
    std::string fields;           // of 200 and 206, all but Content-Type
    std::string content_type;     // that line
    std::string not_modified;     // fields of a 304
    std::string without_content;  // of 412 and 416
};
using PreparedFilePtr = std::shared_ptr<const PreparedFile>;

[[nodiscard]] PreparedFilePtr prepare(FileReply reply, const RoutePolicy& policy);

// 200, 206, 304, 412 or 416, by plan_stream. `peer_address`: whom the bytes go to, for counting.
[[nodiscard]] Response respond(const FileRequest& request, std::string_view peer_address, const PreparedFilePtr& file,
                               const Surroundings& around);

// Fields: a range of things with `name` and `value`, in the order they came.
template <class Fields>
[[nodiscard]] FileRequest file_request(Method method, const Fields& fields) {
    FileRequest request{.method = method, .conditions = {}, .user_agent = {}, .referrer = {}};
    auto& conditions = request.conditions;
    const auto is = [](std::string_view name, std::string_view wanted) { return streaming::equal_ignoring_case(name, wanted); };
    const auto first = [](std::string_view& place, std::string_view value) {
        if (place.data() == nullptr) place = value;
    };
    for (const auto& field : fields) {
        const std::string_view name = field.name, value = field.value;
        switch (name.size()) {
            case 3:
                if (is(name, "DNT")) request.opted_out |= value == "1";
                break;
            case 5:
                if (is(name, "Range")) conditions.range.push_back(value);
                break;
            case 7:
                if (is(name, "Sec-GPC")) request.opted_out |= value == "1";
                if (is(name, "Referer")) first(request.referrer, value);
                break;
            case 8:
                if (is(name, "If-Range")) conditions.if_range.push_back(value);
                if (is(name, "If-Match")) conditions.if_match.push_back(value);
                break;
            case 10:
                if (is(name, "User-Agent")) first(request.user_agent, value);
                break;
            case 13:
                if (is(name, "If-None-Match")) conditions.if_none_match.push_back(value);
                break;
            case 17:
                if (is(name, "If-Modified-Since")) conditions.if_modified_since.push_back(value);
                break;
            case 19:
                if (is(name, "If-Unmodified-Since")) conditions.if_unmodified_since.push_back(value);
                break;
            default:
                break;
        }
    }
    return request;
}

}  // namespace earshot::http
