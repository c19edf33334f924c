// SPDX-License-Identifier: MIT
// Densities of a level at given points, and exact samples of a level.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <iostream>
#include <memory>

#include "cli/commands.hpp"
#include "core/npy.hpp"
#include "core/number_text.hpp"
#include "core/parallel.hpp"
#include "run/experiment/experiment.hpp"
#include "run/experiment/memory.hpp"
#include "run/preset/preset.hpp"
#include "targets/far_hessian.hpp"

namespace tempera::cli {

namespace {

constexpr int largest_hessian_dim = 64;

void check_level(int level, int n_levels) {
    if (level < 0 || level > n_levels) {
        throw ConfigError("--level", std::to_string(level) + " must be from 0 (the target) to " +
                                         std::to_string(n_levels) + " (the reference)");
    }
}

struct EvalArguments {
    PresetArguments preset;
    int level = 0;
    std::string points, coordinates = "path", out;
};

std::vector<double> read_points(const std::string& file, std::size_t dim, std::size_t& n) {
    const NpyArray array = read_npy(file);
    const bool one = array.shape.size() == 1 && array.shape[0] == dim;
    if (!one && (array.shape.size() != 2 || array.shape[1] != dim)) {
        std::string shape;
        for (std::size_t s : array.shape) {
            shape += (shape.empty() ? "" : ", ") + std::to_string(s);
        }
        throw ConfigError("--points " + file, "has the shape [" + shape + "]; what is asked for needs [n, " +
                                                  std::to_string(dim) + "]");
    }
    n = one ? 1 : array.shape[0];
    return array.to_doubles();
}

/// Beyond, squares leave float64.
constexpr double farthest = 1e150;

/// Row of the first value that is not as it should be; -1 where all are.
template <class Good>
long first_bad_row(const std::vector<double>& values, std::size_t per_row, Good good) {
    const auto bad = std::find_if_not(values.begin(), values.end(), good);
    return bad == values.end() ? -1 : (bad - values.begin()) / static_cast<long>(per_row);
}

void check_points(const std::string& file, const std::vector<double>& x, std::size_t dim) {
    if (const long row = first_bad_row(x, dim, [](double v) { return std::isfinite(v); }); row >= 0) {
        throw ConfigError("--points " + file,
                          "row " + std::to_string(row) + " holds a value that is no number");
    }
    if (const long row = first_bad_row(x, dim, [](double v) { return std::abs(v) <= farthest; }); row >= 0) {
        throw ConfigError("--points " + file, "row " + std::to_string(row) + " lies beyond " +
                                                  short_number(farthest) +
                                                  ", where squares are no numbers of float64 any more");
    }
}

/// Evaluates all points block by block into row-major arrays.
struct Evaluation {
    std::vector<double> log_density, score, hessian;

    Evaluation(const Density<double>& density, const std::vector<double>& x, std::size_t n, std::size_t dim,
               bool with_hessian)
        : log_density(n), score(n * dim), hessian(with_hessian ? n * dim * dim : 0) {
        Particles<double> points(static_cast<int>(n), static_cast<int>(dim));
        for (std::size_t j = 0; j < n; ++j) {
            for (std::size_t i = 0; i < dim; ++i) {
                points(static_cast<int>(j), static_cast<int>(i)) = x[j * dim + i];
            }
        }
        parallel_for(points.n_blocks(), [&](int b) { block(density, points, b, dim, with_hessian); });
    }

private:
    void block(const Density<double>& density, const Particles<double>& points, int b, std::size_t dim,
               bool with_hessian) {
        const std::size_t lanes = block_size, first = static_cast<std::size_t>(b) * lanes;
        AlignedArray<double> l(lanes), s(dim * lanes), h(with_hessian ? dim * dim * lanes : 0);
        density.evaluate_uncounted(points.block(b), {l.data(), s.data(), with_hessian ? h.data() : nullptr});
        for (std::size_t j = 0; j < static_cast<std::size_t>(points.block_count(b)); ++j) {
            log_density[first + j] = l[j];
            for (std::size_t i = 0; i < dim; ++i) {
                score[(first + j) * dim + i] = s[i * lanes + j];
            }
            for (std::size_t i = 0; with_hessian && i < dim * dim; ++i) {
                hessian[(first + j) * dim * dim + i] = h[i * lanes + j];
            }
        }
    }
};

/// Far out the Hessians of mixtures are made anew, point by point; where the level is no mixture itself, such
/// points are refused.
void mend_far_hessians(const std::string& file, const DensityPath<double>& path, int level,
                       const std::vector<double>& x, Evaluation& f) {
    const bool is_mixture = level == 0 || path.field(level) == &path.density(level);
    const auto mixture = is_mixture ? path.level_mixture(level) : std::nullopt;
    if (f.hessian.empty() || !path.target().mixture() || path.learned()) {
        return;
    }
    const Eigen::Index dim = path.dim();
    for (std::size_t row = 0; row < f.log_density.size(); ++row) {
        const std::size_t at = row * static_cast<std::size_t>(dim);
        const Eigen::Map<const Eigen::VectorXd> score(f.score.data() + at, dim), point(x.data() + at, dim);
        Eigen::Map<Eigen::MatrixXd> hessian(f.hessian.data() + at * static_cast<std::size_t>(dim), dim, dim);
        if (!drowns_in_rounding(score, hessian)) {
            continue;
        }
        if (!mixture) {
            throw ConfigError("--points " + file, "row " + std::to_string(row) +
                                                      " lies so far out that the Hessian drowns in the "
                                                      "rounding of float64; leave it out");
        }
        hessian = far_hessian(*mixture, point);
    }
}

void check_finite(const std::string& file, const std::vector<double>& values, std::size_t per_row,
                  const char* what) {
    if (const long row = first_bad_row(values, per_row, [](double v) { return std::isfinite(v); });
        row >= 0) {
        throw ConfigError("--points " + file, "row " + std::to_string(row) + " lies where the " + what +
                                                  " is no number of float64; leave it out");
    }
}

/// A density that left float64 on the way is not given out as a result.
void check_evaluation(const std::string& file, const Density<double>& density, const Evaluation& f,
                      std::size_t dim) {
    if (density.has_log_density()) {
        check_finite(file, f.log_density, 1, "log density");
    }
    check_finite(file, f.score, dim, "score");
    check_finite(file, f.hessian, dim * dim, "Hessian");
}

/// Points, results, and results on their way into a file.
void check_eval_memory(std::size_t n, std::size_t dim, bool with_hessian) {
    const double d = static_cast<double>(dim), per_point = 1 + d + (with_hessian ? d * d : 0);
    check_memory(static_cast<double>(n) * 8 * (2 * d + 3 * per_point), "--points",
                 std::to_string(n) + " points in " + std::to_string(dim) + " dimensions",
                 "evaluate them in several files");
}

/// From the path's coordinates y of a level to the target's x = shift + scale B y / alpha: densities by the
/// volume of x, derivatives along x.
class InTarget {
public:
    InTarget(const DensityPath<double>& path, int level)
        : coordinates_(path.coordinates()),
          linear_(Eigen::VectorXd::Zero(coordinates_.target_dim()), 1, path.target().subspace()) {
        alpha_ = path.shrinkage(level);
        shrink_ = alpha_ / coordinates_.scale();
    }
    std::size_t dim() const { return static_cast<std::size_t>(coordinates_.target_dim()); }
    std::vector<double> to_path(std::vector<double> x) const {
        std::vector<double> y = coordinates_.from_target(std::move(x));
        std::transform(y.begin(), y.end(), y.begin(), [&](double v) { return alpha_ * v; });
        return y;
    }
    void convert(Evaluation& f) const {
        for (double& v : f.log_density) {
            v += coordinates_.dim() * std::log(shrink_);
        }
        f.score = along(f.score, shrink_);
        if (!f.hessian.empty()) {
            const auto d = static_cast<std::size_t>(coordinates_.dim());
            const std::vector<double> half = transposed(along(f.hessian, shrink_), d, dim());
            f.hessian = along(half, shrink_);
        }
    }

private:
    /// Rows [., dim of the path] to rows [., dim of the target].
    std::vector<double> along(const std::vector<double>& rows, double factor) const {
        std::vector<double> out = linear_.to_target(rows);
        std::transform(out.begin(), out.end(), out.begin(), [&](double v) { return factor * v; });
        return out;
    }
    /// Every block [rows, columns] turned over.
    static std::vector<double> transposed(const std::vector<double>& all, std::size_t rows,
                                          std::size_t columns) {
        std::vector<double> out(all.size());
        for (std::size_t first = 0; first < all.size(); first += rows * columns) {
            for (std::size_t i = 0; i < rows * columns; ++i) {
                out[first + (i % columns) * rows + i / columns] = all[first + i];
            }
        }
        return out;
    }

    const Coordinates& coordinates_;
    Coordinates linear_;
    double alpha_ = 1, shrink_ = 1;
};

int eval(const EvalArguments& a) {
    const Json resolved = resolve_preset(a.preset.load());
    const PathSetup<double> setup = build_path<double>(resolved);
    const DensityPath<double>& path = *setup.path;
    check_level(a.level, path.n_levels());
    const InTarget in_target(path, a.level);
    const bool of_target = a.coordinates == "target";
    std::size_t dim = of_target ? in_target.dim() : static_cast<std::size_t>(path.dim()), n = 0;
    std::vector<double> x = read_points(a.points, dim, n);
    const Density<double>& density = path.density(a.level);
    const bool with_hessian = dim <= largest_hessian_dim && density.has_hessian();
    check_points(a.points, x, dim);
    if (of_target) {
        x = in_target.to_path(std::move(x));
        dim = static_cast<std::size_t>(path.dim());
    }
    check_eval_memory(n, dim, with_hessian);
    Evaluation f(density, x, n, dim, with_hessian);
    mend_far_hessians(a.points, path, a.level, x, f);
    check_evaluation(a.points, density, f, dim);
    if (of_target) {
        in_target.convert(f);
        dim = in_target.dim();
    }
    Npz out;
    if (const auto normaliser = path.log_normaliser(a.level)) {
        std::vector<double> normalised = f.log_density;
        for (double& v : normalised) {
            v -= *normaliser;
        }
        out["log_density_normalised"] = NpyArray::of(normalised, {n});
    }
    out["log_density"] = NpyArray::of(f.log_density, {n});
    out["score"] = NpyArray::of(f.score, {n, dim});
    if (with_hessian) {
        out["hessian"] = NpyArray::of(f.hessian, {n, dim, dim});
    }
    if (const auto n_modes = static_cast<std::size_t>(path.target().n_modes())) {
        const std::vector<double> r = path.mode_responsibilities(a.level, x);
        check_finite(a.points, r, n_modes, "responsibilities");
        out["responsibilities"] = NpyArray::of(r, {n, n_modes});
    }
    write_npz(a.out, out);
    std::cout << n << " points at level " << a.level << " of " << path.n_levels() << ":";
    for (const auto& [name, array] : out) {
        std::cout << " " << name;
    }
    std::cout << "\n" << a.out << "\n";
    return ok;
}

struct SampleArguments {
    PresetArguments preset;
    int level = 0, n = 1000;
    std::string out;
};

int sample(const SampleArguments& a) {
    const Json resolved = resolve_preset(a.preset.load());
    const PathSetup<double> setup = build_path<double>(resolved);
    const DensityPath<double>& path = *setup.path;
    check_level(a.level, path.n_levels());
    if (a.level != path.n_levels() && !path.has_level_sampler(a.level)) {
        throw ConfigError("--level", std::to_string(a.level) +
                                         " of this path has no exact sampler; run an experiment instead");
    }
    // Particles, rows, and rows on their way into the file.
    check_memory(4.0 * 8 * a.n * path.dim(), "-n",
                 std::to_string(a.n) + " samples in " + std::to_string(path.dim()) + " dimensions",
                 "draw fewer, or several files with their own --seed");
    Particles<double> x(a.n, path.dim());
    StreamKey key;
    key.seed = resolved["run"]["seed"].get<std::uint64_t>();
    parallel_for(x.n_blocks(), [&](int b) {
        const auto first = static_cast<std::uint32_t>(b) * block_size;
        if (a.level == path.n_levels() && !path.has_level_sampler(a.level)) {
            path.sample_reference(key, first, x.block(b));
        } else {
            path.sample_level(a.level, key, first, x.block(b));
        }
    });
    const std::size_t dim = static_cast<std::size_t>(path.dim());
    std::vector<double> rows(static_cast<std::size_t>(a.n) * dim);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i] = x(static_cast<int>(i / dim), static_cast<int>(i % dim));
    }
    write_npy(a.out, NpyArray::of(rows, {static_cast<std::size_t>(a.n), dim}));
    std::cout << a.n << " samples of level " << a.level << " in the path's coordinates\n" << a.out << "\n";
    return ok;
}

}  // namespace

void add_eval(CLI::App& app, Action& action) {
    auto a = std::make_shared<EvalArguments>();
    CLI::App* c = app.add_subcommand("eval", "Log density, score and Hessian of a level at given points");
    a->preset.add_to(*c);
    c->add_option("--level", a->level, "0 = target, n_levels = reference")->required();
    c->add_option("--points", a->points, "npy file [n, dim]")->required()->type_name("X.npy");
    c->add_option("--coordinates", a->coordinates,
                  "Of points and derivatives: the path's own, or the target's, in which results are saved")
        ->check(CLI::IsMember({"path", "target"}))
        ->default_str("path");
    c->add_option("--out", a->out, "npz file to write")->required()->type_name("F.npz");
    c->footer(
        "Example:\n  tempera eval two_lakes --level 10 --points x.npy --out f.npz\n"
        "Writes log_density (as the sampler uses it), log_density_normalised (where known), score [n, dim],\n"
        "hessian [n, dim, dim] (dim <= 64) and responsibilities [n, modes], all float64.");
    c->callback([a, &action] { action = [a] { return eval(*a); }; });
}

void add_sample(CLI::App& app, Action& action) {
    auto a = std::make_shared<SampleArguments>();
    CLI::App* c = app.add_subcommand("sample", "Exact samples of a level, where the target can be sampled");
    a->preset.add_to(*c);
    c->add_option("--level", a->level, "0 = target, n_levels = reference")->required();
    c->add_option("-n", a->n, "Number of samples")->check(CLI::Range(1, 16000000))->required();
    c->add_option("--out", a->out, "npy file to write")->required()->type_name("X.npy");
    c->footer("Example:\n  tempera sample gmm40 --level 0 -n 10000 --seed 3 --out x.npy");
    c->callback([a, &action] { action = [a] { return sample(*a); }; });
}

}  // namespace tempera::cli
