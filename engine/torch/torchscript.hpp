// SPDX-License-Identifier: MIT
#pragma once

#include "models/model.hpp"

namespace tempera {

/// Makes models of TorchScript files by the module libtempera_torchscript.so beside the program; empty when
/// the program was built without LibTorch.
template <class Real>
std::function<std::shared_ptr<const Model<Real>>(const Json&, const ModelContext<Real>&)>
torchscript_loader();

/// Makes log densities of TorchScript files, for TargetContext::load_torchscript; empty when the program was
/// built without LibTorch. They are evaluated in the float type of the file's parameters (float64 where it
/// has none), have Hessian-vector products where LibTorch can differentiate twice, and no Hessian. Throws
/// ConfigError at target.file for what is no log density of `dim` coordinates; a file is loaded once for as
/// long as it stays the same.
template <class Real>
std::function<std::shared_ptr<const Density<Real>>(const std::string& file, int dim)>
torchscript_density_loader();

/// A plain C function of that module; null when there is none.
void* torch_module_function(const char* name);

}  // namespace tempera
