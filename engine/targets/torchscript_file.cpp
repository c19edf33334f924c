// SPDX-License-Identifier: MIT
#include "targets/torchscript_file.hpp"

#include <filesystem>
#include <fstream>

namespace tempera {

void check_torchscript_file(const std::string& file, const std::string& place, Problems& problems) {
    const std::string fix = "; name a .pt file written by torch.jit.save";
    if (file.empty()) {
        problems.add(place, "is empty" + fix);
        return;
    }
    std::ifstream in(file, std::ios::binary);
    char magic[4] = {};
    if (!in || std::filesystem::is_directory(file)) {
        problems.add(place, "\"" + file + "\" cannot be opened" + fix);
    } else if (!in.read(magic, 4) || std::string(magic, 4) != "PK\3\4") {
        problems.add(place, "\"" + file + "\" is no TorchScript archive" + fix);
    }
}

void refuse_without_libtorch(const std::string& place, const std::string& instead) {
    throw ConfigError(place,
                      "\"torchscript\" needs LibTorch, which this program was built without; build with "
                      "TEMPERA_LEARN=ON, or " +
                          instead);
}

}  // namespace tempera
