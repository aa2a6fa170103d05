#pragma once
// Bytes on their way to a socket: text, shared strings and slices of files, in order. Knows system calls, no event loop.
//
// Up to `mapped_limit` a file's bytes leave from a mapping in one sendmsg together with the head; above it the head goes alone, then
// sendfile (performance: MSG_MORE before sendfile costs more than the extra packet). The mapping is never touched in user space: a file
// cut short under us is EFAULT in the kernel, not SIGBUS here.

#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "content/model/delivery.hpp"
#include "content/model/open_file.hpp"

namespace earshot::http {

// A whole file, mapped read-only; unmapped with the last holder.
class Mapping {
public:
    Mapping(void* address, std::size_t length) noexcept : address_(address), length_(length) {}
    ~Mapping();
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    [[nodiscard]] const char* data() const noexcept { return static_cast<const char*>(address_); }

private:
    void* address_;
    std::size_t length_;
};

// Mappings of files that were served lately, one set a network thread. An entry goes when its file object is gone or others are wanted
// more.
class FileMappings {
public:
    static constexpr std::size_t capacity = 512;
    // Null when the file cannot be mapped: use sendfile.
    [[nodiscard]] std::shared_ptr<const Mapping> get(const model::OpenFilePtr& file);
    void drop_unused();  // those whose file object is gone

private:
    struct Entry {
        const model::OpenFile* key;
        std::weak_ptr<const model::OpenFile> file;
        std::shared_ptr<const Mapping> mapping;
    };
    std::list<Entry> recent_;  // front: used last
    std::unordered_map<const model::OpenFile*, std::list<Entry>::iterator> index_;
};

class Outgoing {
public:
    static constexpr std::uint64_t mapped_limit = 1 << 20;
    static constexpr std::size_t sendfile_slice = 2 << 20;
    static constexpr std::size_t turn = 8 << 20;  // then other connections of the thread get theirs

    enum class Step { done, blocked, again, failed };

    void add(std::string text);
    void add(std::shared_ptr<const std::string> text);
    void add(const model::OpenFilePtr& file, model::Interval slice, const std::shared_ptr<const Mapping>& mapping);  // mapping may be null

    // Sends as much as the socket takes and adds that to `position`. `again`: this turn is over, not blocked.
    [[nodiscard]] Step push(int socket, std::uint64_t& position);
    [[nodiscard]] std::uint64_t total() const noexcept { return total_; }

private:
    struct Part {
        std::string own;
        std::shared_ptr<const std::string> shared;
        model::OpenFilePtr file;
        std::shared_ptr<const Mapping> mapping;
        std::uint64_t begin{}, end{};  // still to send
        [[nodiscard]] bool in_memory() const noexcept { return !file || mapping; }
        [[nodiscard]] const char* data() const noexcept { return mapping ? mapping->data() : shared ? shared->data() : own.data(); }
    };
    void add(Part part);
    [[nodiscard]] std::int64_t push_memory(int socket);
    [[nodiscard]] std::int64_t push_file(int socket);
    void advance(std::uint64_t count);

    std::vector<Part> parts_;
    std::size_t first_{};
    std::uint64_t total_{};
};

}  // namespace earshot::http
