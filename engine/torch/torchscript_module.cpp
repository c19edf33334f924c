// SPDX-License-Identifier: MIT
// A module of its own, loaded only when a preset names a TorchScript file: the program starts without
// LibTorch. See torch/torchscript.cpp for the other side.
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/script.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "torch/script_call.hpp"

namespace {

void copy_text(const char* text, char* to, std::size_t size) {
    // the first line says it; what follows is a stack trace
    const std::size_t n = std::min(std::strcspn(text, "\n"), size - 1);
    std::memcpy(to, text, n);
    to[n] = 0;
}

void copy_values(const at::Tensor& tensor, double* out) {
    const at::Tensor t = tensor.detach().to(at::kDouble).contiguous();
    std::copy_n(t.const_data_ptr<double>(), t.numel(), out);
}

/// Zero where nothing depends on x.
at::Tensor gradient(const at::Tensor& of, const at::Tensor& x, bool keep) {
    if (!of.requires_grad()) {
        return at::zeros_like(x);
    }
    const auto g = torch::autograd::grad({of.sum()}, {x}, {}, true, keep, true).front();
    return g.defined() ? g : at::zeros_like(x);
}

at::Tensor forward(torch::jit::Module& script, const tempera_script_call& call, const at::Tensor& x) {
    if (call.output == script_log_density) {
        return script.forward({x}).toTensor();
    }
    return script.forward({x, at::full({call.n}, call.sigma, x.options().requires_grad(false))}).toTensor();
}

/// Null where the shape is right.
const char* wrong_shape(const at::Tensor& out, const tempera_script_call& call) {
    switch (call.output) {
    case script_score:
        return out.numel() == call.n * call.dim ? nullptr : "must return one score per point, [n, dim]";
    case script_energy:
        return out.numel() == call.n ? nullptr : "must return one energy per point, [n]";
    default:
        return out.dim() > 0 && out.size(0) == call.n && out.numel() == call.n
                   ? nullptr
                   : "must return one log density per point, [n]";
    }
}

void differentiate(const tempera_script_call& call, const at::Tensor& value, const at::Tensor& x) {
    const bool twice = call.hessian || call.product, is_score = call.output == script_score;
    const at::Tensor s = is_score ? value : gradient(value, x, twice);
    if (call.score) {
        copy_values(s, call.score);
    }
    if (call.product) {
        const at::Tensor v = at::from_blob(const_cast<double*>(call.along), {call.n, call.dim}, at::kDouble)
                                 .to(x.scalar_type());
        copy_values(gradient(s * v, x, false), call.product);
    }
    if (call.hessian) {
        std::vector<at::Tensor> rows;
        for (int i = 0; i < call.dim; ++i) {
            rows.push_back(gradient(s.select(1, i), x, true).detach());
        }
        const at::Tensor h = at::stack(rows, 1);
        copy_values(is_score ? h : (h + h.transpose(1, 2)) / 2, call.hessian);
    }
}

}  // namespace

extern "C" {

void* tempera_torchscript_load(const char* file, char* error, std::size_t error_size) {
    try {
        at::set_num_threads(1);  // parallel over particles outside
        auto module = std::make_unique<torch::jit::Module>(torch::jit::load(file));
        module->eval();
        return module.release();
    } catch (const std::exception& e) {
        copy_text(e.what(), error, error_size);
        return nullptr;
    }
}

void tempera_torchscript_free(void* module) { delete static_cast<torch::jit::Module*>(module); }

bool tempera_torchscript_is_double(void* module) {
    const auto& script = *static_cast<torch::jit::Module*>(module);
    for (const at::Tensor& parameter : script.parameters()) {
        if (parameter.is_floating_point()) {
            return parameter.scalar_type() == at::kDouble;
        }
    }
    for (const auto& attribute : script.attributes()) {
        if (attribute.isTensor() && attribute.toTensor().is_floating_point()) {
            return attribute.toTensor().scalar_type() == at::kDouble;
        }
    }
    return true;
}

int tempera_torchscript_evaluate(const tempera_script_call* given, char* error, std::size_t error_size) {
    try {
        const tempera_script_call& call = *given;
        const bool derivatives = call.score || call.hessian || call.product,
                   is_score = call.output == script_score;
        const at::AutoGradMode grad(derivatives);
        at::Tensor x = at::from_blob(const_cast<double*>(call.points), {call.n, call.dim}, at::kDouble)
                           .to(call.in_double ? at::kDouble : at::kFloat)
                           .clone();
        x.set_requires_grad(is_score ? call.hessian != nullptr : derivatives);
        const at::Tensor out = forward(*static_cast<torch::jit::Module*>(call.script), call, x);
        if (const char* problem = wrong_shape(out, call)) {
            copy_text(problem, error, error_size);
            return 1;
        }
        const at::Tensor value = is_score                       ? out.reshape({call.n, call.dim})
                                 : call.output == script_energy ? -out.reshape({call.n})
                                                                : out.reshape({call.n});
        if (!is_score && call.log_density) {
            copy_values(value, call.log_density);
        }
        if (derivatives) {
            differentiate(call, value, x);
        }
        return 0;
    } catch (const std::exception& e) {
        copy_text(e.what(), error, error_size);
        return 1;
    }
}
}
