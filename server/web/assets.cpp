#include "server/web/assets.hpp"

#include <map>
#include <stdexcept>

#include "content/model/embedded.hpp"
#include "content/storage/digest.hpp"
#include "server/web/cached_reply.hpp"
#include "server/web/handlers.hpp"

namespace earshot::model {
std::span<const EmbeddedFile> web_assets_files();
}

namespace earshot::web {
namespace {

struct Asset {
    std::string url, hash;
    Document document;
};

std::string_view content_type_of(std::string_view name) {
    if (name.ends_with(".css")) return "text/css; charset=utf-8";
    if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
    if (name.ends_with(".svg")) return "image/svg+xml";
    return "application/octet-stream";
}

std::map<std::string, Asset, std::less<>> load() {
    std::map<std::string, Asset, std::less<>> all;
    for (const auto& file : model::web_assets_files()) {
        const bool small = file.name.ends_with(".gz");
        const auto name = small ? file.name.substr(0, file.name.size() - 3) : file.name;
        auto& document = all[std::string(name)].document;
        (small ? document.gzip : document.body) = std::make_shared<const std::string>(file.bytes);
    }
    for (auto& [name, asset] : all) {
        asset.hash = storage::sha256_hex(*asset.document.body).substr(0, 16);
        asset.url = "/assets/" + asset.hash + '/' + name;
        asset.document.content_type = content_type_of(name);
        asset.document.etag = '"' + asset.hash + '"';
        asset.document.gzip_etag = '"' + asset.hash + "-gz\"";
    }
    return all;
}

const std::map<std::string, Asset, std::less<>>& assets() {
    static const auto all = load();
    return all;
}

}  // namespace

const std::string& asset_url(std::string_view name) {
    const auto found = assets().find(name);
    if (found == assets().end()) throw std::runtime_error("no asset " + std::string(name));
    return found->second.url;
}

http::Answer asset(Context&, const http::Request& request) {
    const auto found = assets().find(request.param("name"));
    // An old hash is an old page's: that page must reload, not run with newer scripts.
    if (found == assets().end() || found->second.hash != request.param("hash")) return http::text(404, "There is no such file.\n");
    return reply_with(request, found->second.document);
}

http::Answer favicon(Context&, const http::Request& request) {
    return reply_with(request, assets().find("favicon.svg")->second.document);
}

}  // namespace earshot::web
