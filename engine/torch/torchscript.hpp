// SPDX-License-Identifier: MIT
#pragma once

#include "models/model.hpp"

namespace tempera {

/// Makes models of TorchScript files by the module libtempera_torchscript.so beside the program; empty when
/// the program was built without LibTorch.
template <class Real>
std::function<std::shared_ptr<const Model<Real>>(const Json&, const ModelContext<Real>&)>
torchscript_loader();

/// A plain C function of that module; null when there is none.
void* torch_module_function(const char* name);

}  // namespace tempera
