#include "server/http/router.hpp"

#include <algorithm>
#include <stdexcept>

namespace earshot::http {
namespace {

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    path.remove_prefix(path.starts_with('/') ? 1 : 0);
    while (!path.empty()) {
        const auto slash = path.find('/');
        segments.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return segments;
        path.remove_prefix(slash + 1);
        if (path.empty()) segments.emplace_back();  // a trailing slash names another, empty segment
    }
    return segments;
}

bool is_name(std::string_view segment) {
    return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

void fill_params(const Route& route, const std::vector<std::string_view>& segments, Request& request) {
    request.params.clear();
    const auto pattern = split(route.pattern);
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (is_name(pattern[i])) request.params.emplace(pattern[i].substr(1, pattern[i].size() - 2), segments[i]);
    }
}

}  // namespace

Router::Router(std::vector<Route> routes, Policy policy) : routes_(std::move(routes)), nodes_(1), policy_(std::move(policy)) {
    for (std::size_t row = 0; row < routes_.size(); ++row) {
        auto& rows = nodes_[insert(row)].rows;
        for (const auto other : rows) {
            if (routes_[other].method == routes_[row].method) {
                throw std::logic_error("two routes answer " + std::string(to_string(routes_[row].method)) + " " + routes_[row].pattern);
            }
        }
        rows.push_back(row);
    }
}

std::size_t Router::insert(std::size_t row) {
    const auto& pattern = routes_[row].pattern;
    if (!pattern.starts_with('/')) throw std::logic_error("a route's pattern must start with '/': " + pattern);
    std::size_t node = 0;
    for (const auto segment : split(pattern)) {
        if (!is_name(segment) && segment.find_first_of("{}") != std::string_view::npos) {
            throw std::logic_error("a {name} must be a whole segment: " + pattern);
        }
        const auto literal = nodes_[node].literals.find(segment);
        std::size_t next = is_name(segment) ? nodes_[node].name : literal == nodes_[node].literals.end() ? 0 : literal->second;
        if (next == 0) {
            next = nodes_.size();
            nodes_.emplace_back().any_row = row;
            if (is_name(segment)) {
                nodes_[node].name = next;
            } else {
                nodes_[node].literals.emplace(segment, next);
            }
        }
        node = next;
    }
    return node;
}

// Literals first, names when that leads nowhere. On the way `match.look` follows the deepest node that was reached.
const Router::Node* Router::find(const std::vector<std::string_view>& segments, std::size_t depth, const Node& node, Match& match) const {
    if (depth == segments.size()) return node.rows.empty() ? nullptr : &node;
    if (segments[depth].empty()) return nullptr;
    if (const auto literal = node.literals.find(segments[depth]); literal != node.literals.end()) {
        const auto& next = nodes_[literal->second];
        match.look = routes_[next.any_row].look;
        if (const auto* found = find(segments, depth + 1, next, match)) return found;
    }
    return node.name == 0 ? nullptr : find(segments, depth + 1, nodes_[node.name], match);
}

Router::Match Router::match(Request& request) const {
    Match match;
    const auto segments = split(request.path);
    const auto* node = find(segments, 0, nodes_.front(), match);
    if (node == nullptr) {
        match.error = model::Error{model::Errc::not_found, "There is nothing at this address."};
        return match;
    }
    const auto row_of = [&](Method method) -> const Route* {
        const auto found = std::ranges::find_if(node->rows, [&](std::size_t row) { return routes_[row].method == method; });
        return found == node->rows.end() ? nullptr : &routes_[*found];
    };
    match.route = row_of(request.method);
    if (match.route == nullptr && request.method == Method::head) match.route = row_of(Method::get);
    if (match.route != nullptr) {
        match.look = match.route->look;
        fill_params(*match.route, segments, request);
        return match;
    }
    match.sibling = row_of(Method::get) != nullptr ? row_of(Method::get) : &routes_[node->rows.front()];
    match.look = match.sibling->look;
    for (const auto method : {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::delete_, Method::options}) {
        const bool implied = method == Method::options || (method == Method::head && row_of(Method::get) != nullptr);
        if (implied || row_of(method) != nullptr) match.allow.emplace_back(to_string(method));
    }
    return match;
}

}  // namespace earshot::http
