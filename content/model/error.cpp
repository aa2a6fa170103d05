#include "content/model/error.hpp"

namespace earshot::model {

int to_status(Errc code) noexcept {
    switch (code) {
        case Errc::invalid_input:
            return 400;
        case Errc::unauthenticated:
            return 401;
        case Errc::forbidden:
            return 403;
        case Errc::not_found:
            return 404;
        case Errc::conflict:
            return 409;
        case Errc::gone:
            return 410;
        case Errc::precondition_failed:
            return 412;
        case Errc::too_large:
            return 413;
        case Errc::unsupported_media:
            return 415;
        case Errc::unprocessable:
            return 422;
        case Errc::checksum_mismatch:
            return 460;
        case Errc::rate_limited:
            return 429;
        case Errc::unavailable:
            return 503;
        case Errc::insufficient_storage:
            return 507;
    }
    return 500;
}

}  // namespace earshot::model
