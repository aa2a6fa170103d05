// Uploads in tus 1.0. A byte that was acknowledged is on the disk; a chunk that broke off keeps its prefix.

#include <fmt/format.h>

#include "server/api/finding.hpp"
#include "server/api/handlers.hpp"
#include "server/api/tus.hpp"

namespace earshot::api {

namespace {

using model::Errc;
using model::fail;

std::string location_of(const storage::Upload& upload) {
    return fmt::format("{}/{}", uploads_path, upload.id.value);
}

// One chunk on its way to the disk.
class ChunkSink final : public http::BodySink {
public:
    ChunkSink(std::unique_ptr<storage::Uploads::Writer> writer, std::string checksum, bool created)
        : writer_(std::move(writer)), checksum_(std::move(checksum)), created_(created) {}

    std::optional<Answer> write(std::span<const std::byte> bytes) override {
        if (auto written = writer_->write(bytes); !written) return tus_problem(written.error());
        return std::nullopt;
    }

    Answer finish() override {
        const auto upload = writer_->finish(checksum_);
        if (!upload) return tus_problem(upload.error());
        http::Reply reply = tus_reply(created_ ? 201 : 204, *upload);
        if (created_) reply.fields.push_back({"Location", location_of(*upload)});
        return reply;
    }

private:
    std::unique_ptr<storage::Uploads::Writer> writer_;
    std::string checksum_;
    bool created_;
};

// Somebody else's upload looks like none at all.
model::Result<storage::Upload> find_upload(Context& context, const Request& request) {
    const model::UploadId id{request.param("upload")};
    auto upload = context.uploads.find(id);
    if (upload && !owns(request, *upload)) return fail(Errc::not_found, "There is no such upload.");
    return upload;
}

model::Result<std::uint64_t> announced_length(const Context& context, const Request& request) {
    if (request.field("Upload-Concat")) return fail(Errc::invalid_input, "Uploads cannot be concatenated here; send one upload in order.");
    const auto field = request.field("Upload-Length");
    if (!field)
        return fail(Errc::invalid_input, request.field("Upload-Defer-Length")
                                             ? "The length must be known from the start here: send Upload-Length."
                                             : "Upload-Length is missing: say how many bytes will come.");
    const auto length = parse_size(*field);
    if (!length) return fail(Errc::invalid_input, "Upload-Length must be a number of bytes.");
    const std::uint64_t most = context.settings.uploads.max_bytes;
    if (*length > most)
        return fail(
            Errc::too_large,
            fmt::format("A file may have at most {} bytes here; this one has {}. Send it as FLAC, which is smaller.", most, *length));
    return *length;
}

Streamed open_chunk(Context& context, const Request& request, const storage::Upload& upload, std::uint64_t offset, bool created) {
    auto checksum = parse_checksum(request);
    if (!checksum) return Answer(tus_problem(checksum.error()));
    const auto coming = request.field("Content-Length");
    const auto size = coming ? parse_size(*coming) : std::nullopt;
    if (size && offset == upload.offset && *size > upload.length - offset)
        return Answer(tus_problem(
            {Errc::invalid_input, fmt::format("Only {} bytes are missing; this chunk has {}.", upload.length - offset, *size)}));
    auto writer = context.uploads.open(upload.id, offset, !checksum->empty());
    if (!writer) return Answer(tus_problem(writer.error()));
    return std::make_unique<ChunkSink>(std::move(*writer), std::move(*checksum), created);
}

}  // namespace

Answer upload_options(Context& context, const Request& /*request*/) {
    http::Reply reply;
    reply.status = 204;
    reply.fields = {{"Tus-Resumable", std::string(tus_version)},
                    {"Tus-Version", std::string(tus_version)},
                    {"Tus-Extension", std::string(tus_extensions)},
                    {"Tus-Max-Size", std::to_string(context.settings.uploads.max_bytes)},
                    {"Tus-Checksum-Algorithm", "sha1"}};
    return reply;
}

Streamed create_upload(Context& context, const Request& request) {
    if (auto refused = refuse_version(request)) return Answer(std::move(*refused));
    const auto length = announced_length(context, request);
    if (!length) return Answer(tus_problem(length.error()));
    const auto body_length = parse_size(request.field("Content-Length").value_or("0"));
    const bool with_body = has_offset_body(request);
    const bool chunked = request.field("Transfer-Encoding").has_value();
    if (!with_body && (chunked || body_length != std::uint64_t{0}))
        return Answer(
            tus_problem({Errc::unsupported_media, "The first bytes of an upload must be sent as application/offset+octet-stream."}));
    if (with_body) {  // nothing is created for a chunk that cannot be taken
        if (auto checksum = parse_checksum(request); !checksum) return Answer(tus_problem(checksum.error()));
        if (body_length && *body_length > *length)
            return Answer(tus_problem({Errc::invalid_input, "The body is longer than Upload-Length."}));
    }
    auto upload = context.uploads.create(*length, request.field("Upload-Metadata").value_or(""), request.identity->name);
    if (!upload) return Answer(tus_problem(upload.error()));
    context.audit.add(request.identity->name, "upload.create", upload->id.value);
    if (with_body) return open_chunk(context, request, *upload, 0, true);
    http::Reply reply = tus_reply(201, *upload);
    reply.fields.push_back({"Location", location_of(*upload)});
    return Answer(std::move(reply));
}

Answer head_upload(Context& context, const Request& request) {
    if (auto refused = refuse_version(request)) return *refused;
    const auto upload = find_upload(context, request);
    if (!upload) return tus_problem(upload.error());
    http::Reply reply = tus_reply(200, *upload);
    reply.fields.push_back({"Upload-Length", std::to_string(upload->length)});
    if (!upload->metadata.empty()) reply.fields.push_back({"Upload-Metadata", upload->metadata});
    reply.fields.push_back({"Cache-Control", "no-store"});
    return reply;
}

Streamed patch_upload(Context& context, const Request& request) {
    switch (effective_method(request)) {
        case http::Method::patch:
            break;
        case http::Method::delete_:
            return delete_upload(context, request);
        case http::Method::head:
            return head_upload(context, request);
        default: {
            http::Reply reply =
                tus_problem({Errc::invalid_input, "Use HEAD, PATCH or DELETE, or POST with X-HTTP-Method-Override naming one of them."});
            reply.status = 405;
            reply.fields.push_back({"Allow", "HEAD, PATCH, DELETE, OPTIONS, POST"});
            return Answer(std::move(reply));
        }
    }
    if (auto refused = refuse_version(request)) return Answer(std::move(*refused));
    const auto upload = find_upload(context, request);
    if (!upload) return Answer(tus_problem(upload.error()));
    if (!has_offset_body(request))
        return Answer(tus_problem({Errc::unsupported_media, "A chunk must be sent as application/offset+octet-stream."}));
    const auto offset = parse_size(request.field("Upload-Offset").value_or(""));
    if (!offset) return Answer(tus_problem({Errc::invalid_input, "Upload-Offset must say how many bytes were sent before."}));
    return open_chunk(context, request, *upload, *offset, false);
}

Answer delete_upload(Context& context, const Request& request) {
    if (auto refused = refuse_version(request)) return *refused;
    const auto upload = find_upload(context, request);
    if (!upload) return tus_problem(upload.error());
    if (auto removed = context.uploads.remove(upload->id); !removed) return tus_problem(removed.error());
    context.audit.add(request.identity->name, "upload.delete", upload->id.value);
    return tus_reply(204);
}

}  // namespace earshot::api
