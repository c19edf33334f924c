// SPDX-License-Identifier: MIT
#include "torch/torchscript.hpp"

#include <dlfcn.h>

#include <cmath>
#include <filesystem>
#include <vector>

namespace tempera {

namespace {

/// The module's functions; loaded once, when first needed.
struct Module {
    void* (*load)(const char*, char*, std::size_t) = nullptr;
    void (*free)(void*) = nullptr;
    int (*evaluate)(void*, int, const double*, long, int, double, double*, double*, double*, char*,
                    std::size_t) = nullptr;
    std::string problem;
    void* library = nullptr;

    Module() {
        library = dlopen(file().c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!library) {
            const char* text = dlerror();
            problem = text ? text : "cannot be loaded";
            return;
        }
        load = reinterpret_cast<decltype(load)>(dlsym(library, "tempera_torchscript_load"));
        free = reinterpret_cast<decltype(free)>(dlsym(library, "tempera_torchscript_free"));
        evaluate = reinterpret_cast<decltype(evaluate)>(dlsym(library, "tempera_torchscript_evaluate"));
    }
    static std::filesystem::path file() {
        std::error_code ignored;
        return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path() /
               "libtempera_torchscript.so";
    }
};

const Module& module() {
    static const Module m;
    return m;
}

using Handle = std::shared_ptr<void>;

template <class Real>
class ScriptDensity final : public Density<Real> {
public:
    ScriptDensity(Handle handle, bool energy, int dim, double sigma)
        : handle_(std::move(handle)), energy_(energy), dim_(dim), sigma_(sigma) {}
    int dim() const override { return dim_; }
    bool has_log_density() const override { return energy_; }

protected:
    void evaluate_block(Block<const Real> x, const Wanted<Real>& w) const override {
        const int n = x.lanes();
        const auto d = static_cast<std::size_t>(dim_), m = static_cast<std::size_t>(n);
        std::vector<double> y(m * d), value(m), score(w.score ? m * d : 0),
            hessian(w.hessian ? m * d * d : 0);
        for (std::size_t j = 0; j < m; ++j) {
            for (std::size_t i = 0; i < d; ++i) {
                y[j * d + i] = static_cast<double>(x(static_cast<int>(i), static_cast<int>(j)));
            }
        }
        char error[512] = {};
        if (module().evaluate(handle_.get(), energy_, y.data(), n, dim_, sigma_, value.data(),
                              w.score ? score.data() : nullptr, w.hessian ? hessian.data() : nullptr, error,
                              sizeof error) != 0) {
            throw ConfigError("model.file", std::string("the TorchScript model failed: ") + error);
        }
        for (std::size_t j = 0; j < m; ++j) {
            if (w.log_density) {
                w.log_density[j] = static_cast<Real>(energy_ ? value[j] : std::nan(""));
            }
            for (std::size_t i = 0; w.score && i < d; ++i) {
                w.score[i * block_size + j] = static_cast<Real>(score[j * d + i]);
            }
            for (std::size_t i = 0; w.hessian && i < d * d; ++i) {
                w.hessian[i * block_size + j] = static_cast<Real>(hessian[j * d * d + i]);
            }
        }
    }

private:
    Handle handle_;
    bool energy_;
    int dim_;
    double sigma_;
};

template <class Real>
class ScriptModel final : public Model<Real> {
public:
    ScriptModel(Handle handle, bool energy, int dim)
        : handle_(std::move(handle)), energy_(energy), dim_(dim) {}
    int dim() const override { return dim_; }
    bool has_log_density() const override { return energy_; }
    std::shared_ptr<const Density<Real>> at(double sigma) const override {
        return std::make_shared<ScriptDensity<Real>>(handle_, energy_, dim_, sigma);
    }

private:
    Handle handle_;
    bool energy_;
    int dim_;
};

template <class Real>
std::shared_ptr<const Model<Real>> load(const Json& settings, const ModelContext<Real>& context) {
    const std::string file = settings["file"].get<std::string>();
    if (!module().evaluate) {
        throw ConfigError("model.type", "\"torchscript\" needs LibTorch, which could not be loaded (" +
                                            module().problem + ")");
    }
    char error[512] = {};
    void* made = module().load(file.c_str(), error, sizeof error);
    if (!made) {
        throw ConfigError("model.file", "\"" + file + "\" is no TorchScript model: " + error);
    }
    const int dim = context.coordinates.dim();
    auto model =
        std::make_shared<ScriptModel<Real>>(Handle(made, module().free), settings["output"] == "energy", dim);
    // a wrong shape or NaN is found out now, not in the middle of a run
    Particles<Real> point(1, dim);
    PerParticle<Real> value(1);
    Particles<Real> score(1, dim);
    Wanted<Real> wanted;
    wanted.log_density = value.block(0);
    wanted.score = score.block(0).data;
    model->at(1.0)->evaluate_uncounted(point.block(0), wanted);
    bool finite = !model->has_log_density() || std::isfinite(value[0]);
    for (int i = 0; i < dim; ++i) {
        finite = finite && std::isfinite(score(0, i));
    }
    if (!finite) {
        throw ConfigError("model.file", "\"" + file +
                                            "\" returns values that are not finite at y = 0, sigma = 1; "
                                            "check its weights and how it was saved");
    }
    return model;
}

}  // namespace

template <class Real>
std::function<std::shared_ptr<const Model<Real>>(const Json&, const ModelContext<Real>&)>
torchscript_loader() {
    if (!std::filesystem::exists(Module::file())) {
        return {};
    }
    return load<Real>;
}

void* torch_module_function(const char* name) {
    return module().library ? dlsym(module().library, name) : nullptr;
}

template std::function<std::shared_ptr<const Model<float>>(const Json&, const ModelContext<float>&)>
torchscript_loader<float>();
template std::function<std::shared_ptr<const Model<double>>(const Json&, const ModelContext<double>&)>
torchscript_loader<double>();

}  // namespace tempera
