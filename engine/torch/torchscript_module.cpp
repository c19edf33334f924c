// SPDX-License-Identifier: MIT
// A module of its own, loaded only when a preset names a TorchScript file: the program starts without
// LibTorch. Plain C functions and row-major float64 arrays; see run/torchscript.cpp for the other side.
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/script.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace {

void copy_text(const char* text, char* to, std::size_t size) {
    // the first line says it; what follows is a stack trace
    const std::size_t n = std::min(std::strcspn(text, "\n"), size - 1);
    std::memcpy(to, text, n);
    to[n] = 0;
}

void copy_values(const at::Tensor& tensor, double* out) {
    const at::Tensor t = tensor.to(at::kDouble).contiguous();
    std::copy_n(t.const_data_ptr<double>(), t.numel(), out);
}

at::Tensor gradient(const at::Tensor& of, const at::Tensor& x, bool keep) {
    const auto g = torch::autograd::grad({of.sum()}, {x}, {}, true, keep, true).front();
    return g.defined() ? g : at::zeros_like(x);
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

/// y [n][dim] -> log_density [n] = -energy, score [n][dim], its Jacobian [n][dim][dim] (symmetric for
/// energies); null pointers are skipped. Returns 0, or 1 with a message.
int tempera_torchscript_evaluate(void* handle, int energy, const double* y, long n, int dim, double sigma,
                                 double* log_density, double* score, double* hessian, char* error,
                                 std::size_t error_size) {
    try {
        auto& module = *static_cast<torch::jit::Module*>(handle);
        const at::AutoGradMode grad(score || hessian);
        at::Tensor x = at::from_blob(const_cast<double*>(y), {n, dim}, at::kDouble).to(at::kFloat).clone();
        x.set_requires_grad(energy ? (score || hessian) : hessian != nullptr);
        const at::Tensor out = module.forward({x, at::full({n}, sigma, at::kFloat)}).toTensor();
        if (out.numel() != (energy ? n : n * dim)) {
            copy_text(energy ? "must return one energy per point, [n]"
                             : "must return one score per point, [n, dim]",
                      error, error_size);
            return 1;
        }
        const at::Tensor value = energy ? -out.reshape({n}) : out.reshape({n, dim});
        if (energy && log_density) {
            copy_values(value.detach(), log_density);
        }
        at::Tensor s =
            energy ? (score || hessian ? gradient(value, x, hessian != nullptr) : at::Tensor()) : value;
        if (score) {
            copy_values(s.detach(), score);
        }
        if (hessian) {
            std::vector<at::Tensor> rows;
            for (int i = 0; i < dim; ++i) {
                rows.push_back(gradient(s.select(1, i), x, true).detach());
            }
            const at::Tensor h = at::stack(rows, 1);
            copy_values(energy ? (h + h.transpose(1, 2)) / 2 : h, hessian);
        }
        return 0;
    } catch (const std::exception& e) {
        copy_text(e.what(), error, error_size);
        return 1;
    }
}
}
