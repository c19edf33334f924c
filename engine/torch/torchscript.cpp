// SPDX-License-Identifier: MIT
#include "torch/torchscript.hpp"

#include <dlfcn.h>

#include <cmath>
#include <filesystem>
#include <vector>

#include "core/recent.hpp"
#include "core/rng.hpp"
#include "torch/script_call.hpp"

namespace tempera {

namespace {

/// The module's functions; loaded once, when first needed.
struct Module {
    decltype(&tempera_torchscript_load) load = nullptr;
    decltype(&tempera_torchscript_free) free = nullptr;
    decltype(&tempera_torchscript_is_double) is_double = nullptr;
    decltype(&tempera_torchscript_evaluate) evaluate = nullptr;
    std::string problem;
    void* library = nullptr;

    Module() {
        library = dlopen(file().c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!library) {
            const char* text = dlerror();
            problem = text ? text : "cannot be loaded";
            return;
        }
        find(load, "tempera_torchscript_load");
        find(free, "tempera_torchscript_free");
        find(is_double, "tempera_torchscript_is_double");
        find(evaluate, "tempera_torchscript_evaluate");
    }
    template <class Function>
    void find(Function& function, const char* name) {
        function = reinterpret_cast<Function>(dlsym(library, name));
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

/// A loaded file and how it is called.
struct Script {
    std::shared_ptr<void> handle;
    tempera_script_output output;
    bool in_double;  ///< float64 points in, else float32
    int dim;
    double sigma = 0;  ///< of models
};

/// Row-major points and what is wanted of them; empty vectors are not.
struct ScriptValues {
    std::vector<double> points, along{}, log_density{}, score{}, hessian{}, product{};
};

/// Throws std::runtime_error with what LibTorch says.
void evaluate(const Script& s, ScriptValues& v) {
    const auto data = [](std::vector<double>& values) { return values.empty() ? nullptr : values.data(); };
    const tempera_script_call call{s.handle.get(),
                                   s.output,
                                   s.in_double,
                                   v.points.data(),
                                   static_cast<long>(v.points.size()) / s.dim,
                                   s.dim,
                                   s.sigma,
                                   data(v.along),
                                   data(v.log_density),
                                   data(v.score),
                                   data(v.hessian),
                                   data(v.product)};
    char error[512] = {};
    if (module().evaluate(&call, error, sizeof error) != 0) {
        throw std::runtime_error(error);
    }
}

/// The block's lanes as rows [lanes, dim].
template <class Real>
std::vector<double> rows_of(Block<const Real> x, int dim) {
    const auto d = static_cast<std::size_t>(dim);
    std::vector<double> out(static_cast<std::size_t>(x.lanes()) * d);
    for (int j = 0; j < x.lanes(); ++j) {
        for (int i = 0; i < dim; ++i) {
            out[static_cast<std::size_t>(j) * d + static_cast<std::size_t>(i)] = static_cast<double>(x(i, j));
        }
    }
    return out;
}

/// Rows [lanes, width] as rows of lanes.
template <class Real>
void fill_lanes(const std::vector<double>& rows, std::size_t width, Real* out) {
    for (std::size_t j = 0; out && j * width < rows.size(); ++j) {
        for (std::size_t i = 0; i < width; ++i) {
            out[i * block_size + j] = static_cast<Real>(rows[j * width + i]);
        }
    }
}

template <class Real>
class ScriptDensity final : public Density<Real> {
public:
    /// `place`: the setting that named the file.
    ScriptDensity(Script script, std::string place) : script_(std::move(script)), place_(std::move(place)) {}
    int dim() const override { return script_.dim; }
    bool has_hessian() const override { return script_.output != script_log_density; }
    bool has_log_density() const override { return script_.output != script_score; }

protected:
    void evaluate_block(Block<const Real> x, const Wanted<Real>& w) const override {
        const auto d = static_cast<std::size_t>(dim()), m = static_cast<std::size_t>(x.lanes());
        ScriptValues v{.points = rows_of(x, dim())};
        v.log_density.assign(m, std::nan(""));  // what scores alone leave
        v.score.resize(w.score ? m * d : 0);
        v.hessian.resize(w.hessian ? m * d * d : 0);
        call(v, "failed: ");
        fill_lanes(v.log_density, 1, w.log_density);
        fill_lanes(v.score, d, w.score);
        fill_lanes(v.hessian, d * d, w.hessian);
    }
    void hessian_vector_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const override {
        if (has_hessian()) {
            Density<Real>::hessian_vector_block(x, v, out);
            return;
        }
        ScriptValues values{.points = rows_of(x, dim()), .along = rows_of(v, dim())};
        values.product.resize(values.points.size());
        call(values, "cannot be differentiated twice, which Hessian-vector products need: ");
        fill_lanes(values.product, static_cast<std::size_t>(dim()), out.data);
    }

private:
    void call(ScriptValues& values, const char* what) const {
        try {
            evaluate(script_, values);
        } catch (const std::runtime_error& error) {
            throw ConfigError(place_, std::string("the TorchScript ") +
                                          (script_.output == script_log_density ? "density " : "model ") +
                                          what + error.what());
        }
    }

    Script script_;
    std::string place_;
};

template <class Real>
class ScriptModel final : public Model<Real> {
public:
    explicit ScriptModel(Script script) : script_(std::move(script)) {}
    int dim() const override { return script_.dim; }
    bool has_log_density() const override { return script_.output != script_score; }
    std::shared_ptr<const Density<Real>> at(double sigma) const override {
        Script at = script_;
        at.sigma = sigma;
        return std::make_shared<ScriptDensity<Real>>(std::move(at), "model.file");
    }

private:
    Script script_;
};

/// `section`: "model" or "target".
std::shared_ptr<void> load_handle(const std::string& file, const std::string& section) {
    if (!module().evaluate) {
        throw ConfigError(section + ".type", "\"torchscript\" needs LibTorch, which could not be loaded (" +
                                                 module().problem + ")");
    }
    char error[512] = {};
    void* made = module().load(file.c_str(), error, sizeof error);
    if (!made) {
        throw ConfigError(section + ".file", "\"" + file + "\" is no TorchScript model: " + error);
    }
    return {made, module().free};
}

template <class Real>
std::shared_ptr<const Model<Real>> load_model(const Json& settings, const ModelContext<Real>& context) {
    const std::string file = settings["file"].get<std::string>();
    const int dim = context.coordinates.dim();
    auto model = std::make_shared<ScriptModel<Real>>(
        Script{load_handle(file, "model"), settings["output"] == "energy" ? script_energy : script_score,
               false, dim});
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

/// Is it a log density of single points? Throws std::runtime_error with what is wrong at standard normal
/// points.
void try_log_density(const Script& script) {
    constexpr int n = 2 * lane_group;
    Particles<double> x(n, script.dim);
    fill_normals(StreamKey{.seed = 1, .purpose = Purpose::diagnostic}, 0, x.block(0));
    const auto d = static_cast<std::size_t>(script.dim);
    const std::vector<double> rows = rows_of<double>(x.block(0), script.dim);
    // Once all points, then the first of them without the others, on which nothing may depend.
    ScriptValues all{.points = rows},
        few{.points = {rows.begin(), rows.begin() + static_cast<long>(lane_group * d)}};
    for (ScriptValues* v : {&all, &few}) {
        v->log_density.resize(v->points.size() / d), v->score.resize(v->points.size());
        evaluate(script, *v);
    }
    const auto finite = [](double value) { return std::isfinite(value); };
    if (!std::all_of(all.log_density.begin(), all.log_density.end(), finite) ||
        !std::all_of(all.score.begin(), all.score.end(), finite)) {
        throw std::runtime_error("its log density or score is not finite at standard normal points");
    }
    for (std::size_t i = 0; i < few.log_density.size(); ++i) {
        if (std::abs(few.log_density[i] - all.log_density[i]) > 1e-3 * (1 + std::abs(all.log_density[i]))) {
            throw std::runtime_error("the log density of a point depends on the points beside it");
        }
    }
}

/// A log density, called in float32 or float64 as its parameters are, or else as it can be called.
Script load_log_density(const std::string& file, int dim) {
    Script script{load_handle(file, "target"), script_log_density, false, dim};
    script.in_double = module().is_double(script.handle.get());
    std::string problem;
    for (int attempt = 0; attempt < 2; ++attempt, script.in_double = !script.in_double) {
        try {
            try_log_density(script);
            return script;
        } catch (const std::runtime_error& error) {
            problem = problem.empty() ? error.what() : problem;
        }
    }
    throw ConfigError("target.file", "\"" + file + "\" is no log density (x [n, " + std::to_string(dim) +
                                         "]) -> [n] of target.dim = " + std::to_string(dim) +
                                         " coordinates: " + problem);
}

template <class Real>
std::shared_ptr<const Density<Real>> load_density(const std::string& file, int dim) {
    // Never freed: LibTorch may be gone before static objects are.
    static auto& kept = *new Recent<std::pair<FileStamp, int>, Script>(4);
    const auto script = kept.get({FileStamp(file), dim}, [&] { return load_log_density(file, dim); });
    return std::make_shared<ScriptDensity<Real>>(*script, "target.file");
}

bool has_module() { return std::filesystem::exists(Module::file()); }

}  // namespace

template <class Real>
std::function<std::shared_ptr<const Model<Real>>(const Json&, const ModelContext<Real>&)>
torchscript_loader() {
    if (!has_module()) {
        return {};
    }
    return load_model<Real>;
}

template <class Real>
std::function<std::shared_ptr<const Density<Real>>(const std::string&, int)> torchscript_density_loader() {
    if (!has_module()) {
        return {};
    }
    return load_density<Real>;
}

void* torch_module_function(const char* name) {
    return module().library ? dlsym(module().library, name) : nullptr;
}

#define TEMPERA_INSTANTIATE(Real)                                                                            \
    template std::function<std::shared_ptr<const Model<Real>>(const Json&, const ModelContext<Real>&)>       \
    torchscript_loader<Real>();                                                                              \
    template std::function<std::shared_ptr<const Density<Real>>(const std::string&, int)>                    \
    torchscript_density_loader<Real>();
TEMPERA_INSTANTIATE(float)
TEMPERA_INSTANTIATE(double)

}  // namespace tempera
