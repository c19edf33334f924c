// SPDX-License-Identifier: MIT
// TorchScript files that users bring, as targets or as models.
#pragma once

#include <string>

#include "core/errors.hpp"

namespace tempera {

/// Is there an archive as torch.jit.save writes it? Problems stand at `place`.
void check_torchscript_file(const std::string& file, const std::string& place, Problems& problems);

/// Says at `place` that this program has no LibTorch, and what to do; `instead` names another way.
[[noreturn]] void refuse_without_libtorch(const std::string& place, const std::string& instead);

}  // namespace tempera
