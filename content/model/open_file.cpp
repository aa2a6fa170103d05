#include "content/model/open_file.hpp"

#include <unistd.h>

namespace earshot::model {

OpenFile::~OpenFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace earshot::model
