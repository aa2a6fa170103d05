#include "tests/http/file_station.hpp"

namespace earshot::tests {

http::Route file_route(std::string path, std::function<model::OpenFilePtr()> file, bool repeated) {
    http::Handler handler = [file = std::move(file)](const http::Request&) -> http::Answer {
        http::FileReply reply;
        reply.file = file();
        reply.etag = station_etag;
        reply.last_modified = *model::parse_http_date(station_date);
        reply.content_type = "audio/mpeg";
        reply.counted = http::FileReply::Counted{{"episode"}, "mp3", {reply.file->size(), 100, 1000}, false};
        return reply;
    };
    http::Route route{http::Method::get,
                      std::move(path),
                      std::move(handler),
                      http::Access::anyone,
                      http::Run::here,
                      http::Caching::media,
                      http::Look::asset,
                      0,
                      "",
                      true};
    if (repeated) route.revision = [] { return std::uint64_t{1}; };
    return route;
}

}  // namespace earshot::tests
