// SPDX-License-Identifier: MIT
// Deterministic transport: the probability-flow ODE (Song et al. 2021) between levels by implicit midpoint
// steps, an invertible map whose log determinant enters the weights. In the coordinates "rho", y = x / alpha,
// the ODE is dy/drho = -rho grad log q_rho(y); in "ou" it is dx/dt = -(x + grad log p_t(x)).
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/parallel.hpp"
#include "kernels/hessian_blocks.hpp"
#include "kernels/implicit_midpoint.hpp"
#include "kernels/level_step.hpp"
#include "kernels/log_det.hpp"
#include "kernels/transition_kernel.hpp"

namespace tempera {
namespace {

constexpr int max_substeps = 16;
constexpr int n_pilot = 512;          // samples per level that choose the substeps
constexpr double radius_limit = 0.9;  // of M over the pilot: beyond 1 the map folds and is no bijection

struct TransportMidpointSettings {
    std::string log_det = "exact", coordinates = "rho";
    int n_probes = 4, n_terms = 6;
    std::optional<long> n_substeps;  ///< none: from a pilot
    std::optional<double> tolerance;

    void describe(Describer& d) {
        d.choice("log_det", log_det, {"exact", "hutchinson", "hutchinson_corrected", "auxiliary"},
                 {.change = Change::warm,
                  .help = "exact determinant; trace estimate (biased weights) with or without variance "
                          "correction; unbiased "
                          "auxiliary vectors"});
        d.integer(
            "n_probes", n_probes,
            {.min = 1, .max = 1024, .change = Change::warm, .help = "random vectors per particle and step"});
        d.integer("n_terms", n_terms,
                  {.min = 1,
                   .max = 64,
                   .change = Change::warm,
                   .help = "odd powers kept in the series of the log determinant"});
        d.choice("coordinates", coordinates, {"rho", "ou"},
                 {.change = Change::warm,
                  .help = "rho: x/alpha against noise-to-signal ratio; ou: x against time (vp only)"});
        d.integer_or("n_substeps", n_substeps, "auto",
                     {.min = 1,
                      .max = max_substeps,
                      .change = Change::warm,
                      .help = "steps per level, or \"auto\": as many as keep the map invertible on a pilot"});
        d.number_or("tolerance", tolerance, nullptr,
                    {.min = 0,
                     .max = 1e-2,
                     .open_min = true,
                     .change = Change::warm,
                     .help = "relative tolerance of the solver; null: 1e-10 in f64, 2e-6 in f32"});
    }

    void check(const std::string& place, Problems& problems) const {
        if (log_det == "hutchinson_corrected" && n_probes < 2) {
            problems.add(place + ".n_probes",
                         "is 1, but \"hutchinson_corrected\" estimates a variance: use at least 2");
        }
    }
};

constexpr const char* ou_needs_vp = "\"ou\" needs a path with process \"vp\"; use \"rho\"";

void check_coordinates(const Json& kernel, const Json& path, Problems& problems) {
    if (kernel.value("coordinates", "rho") == "ou" && path.value("process", "vp") != "vp") {
        problems.add("kernel.coordinates", ou_needs_vp);
    }
}

enum class LogDet { exact, hutchinson, auxiliary };

template <class Real>
class TransportMidpoint final : public TransitionKernel<Real> {
public:
    TransportMidpoint(const TransportMidpointSettings& settings, const KernelContext<Real>& context)
        : path_(context.path), levels_of_(level_steps(*path_, "transport_midpoint", false)),
          ou_(settings.coordinates == "ou"), log_det_(settings.log_det == "exact"       ? LogDet::exact
                                                      : settings.log_det == "auxiliary" ? LogDet::auxiliary
                                                                                        : LogDet::hutchinson),
          n_probes_(settings.n_probes), n_terms_(settings.n_terms),
          corrected_(settings.log_det == "hutchinson_corrected") {
        check_path();
        limits_.tolerance = settings.tolerance.value_or(std::is_same_v<Real, float> ? 2e-6 : 1e-10);
        const bool automatic = !settings.n_substeps;
        const int n_substeps = static_cast<int>(settings.n_substeps.value_or(0));
        levels_.resize(levels_of_.size());
        if (automatic || log_det_ == LogDet::auxiliary) {
            run_pilot(n_substeps, context.key);
        } else {
            for (std::size_t k = 0; k < levels_.size(); ++k) {
                levels_[k].steps = make_steps(levels_of_[k], n_substeps);
            }
        }
    }

    bool uses_score() const override { return false; }
    /// Estimates of the determinant are random: they reject as stochastic kernels do.
    double order() const override { return log_det_ == LogDet::exact ? 3 : 1; }
    void down(int k, const LevelBlock<Real>& from, const Transition<Real>& out, const StreamKey& key,
              std::uint32_t first, Tally& tally) const override {
        transport(k, true, from.x, out, key, first, tally);
    }
    void up(int k, const LevelBlock<Real>& from, const Transition<Real>& out, const StreamKey& key,
            std::uint32_t first, Tally& tally) const override {
        transport(k, false, from.x, out, key, first, tally);
    }

private:
    /// Substeps in the order of the way down; centre is the constant c of auxiliary vectors per substep.
    struct Level {
        std::vector<MidpointStep<Real>> steps;
        double centre = 0;
    };

    void check_path() const {
        if (ou_ && !is_variance_preserving(*path_)) {
            throw ConfigError("kernel.coordinates", ou_needs_vp);
        }
        const LevelStep& top = levels_of_.back();
        const auto middle = path_->field_at(1.0, 0.5 * (top.rho_low + top.rho_high));
        if (!middle) {
            throw ConfigError("kernel.type",
                              "\"transport_midpoint\" needs the density between levels, which this path does "
                              "not have; use \"second_order\" or \"first_order\"");
        }
        if (log_det_ == LogDet::exact && !middle->has_hessian()) {
            throw ConfigError("kernel.log_det",
                              "\"exact\" needs second derivatives, which this path does not have; use "
                              "\"hutchinson_corrected\"");
        }
    }

    std::vector<MidpointStep<Real>> make_steps(const LevelStep& level, int n) const {
        std::vector<MidpointStep<Real>> steps;
        const auto time = [](double rho) { return 0.5 * std::log1p(rho * rho); };
        const double high = ou_ ? time(level.rho_high) : level.rho_high,
                     low = ou_ ? time(level.rho_low) : level.rho_low;
        const double width = (high - low) / n;
        for (int s = 0; s < n; ++s) {
            const double middle = high - (s + 0.5) * width;
            if (ou_) {
                steps.push_back({path_->field_at(std::exp(-middle), std::sqrt(-std::expm1(-2 * middle))),
                                 width / 2, 1.0});
            } else {
                steps.push_back({path_->field_at(1.0, middle), width * middle / 2, 0.0});
            }
        }
        return steps;
    }

    double scale_high(const LevelStep& level) const { return ou_ ? 1.0 : level.alpha_high; }
    double scale_low(const LevelStep& level) const { return ou_ ? 1.0 : level.alpha_low; }

    static void scale_rows(Block<const Real> from, double factor, Block<Real> to) {
        const Real f = static_cast<Real>(factor);
        for (int i = 0; i < from.dim; ++i) {
            for (int l = 0; l < from.lanes(); ++l) {
                to(i, l) = f * from(i, l);
            }
        }
    }

    static double half_square(Block<const Real> u, int lane) {
        double sum = 0;
        for (int i = 0; i < u.dim; ++i) {
            sum += static_cast<double>(u(i, lane)) * static_cast<double>(u(i, lane));
        }
        return sum / 2;
    }

    /// Stream of a substep's probes: every particle, level, scan, direction, substep and probe has its own,
    /// whatever the number of probes was in earlier scans.
    StreamKey probe_stream(const StreamKey& key, int k, bool down, int substep, int n_steps) const {
        constexpr int scan_shift = 32;
        StreamKey stream = kernel_stream(key, Purpose::probe, k);
        stream.step =
            key.step << scan_shift | static_cast<std::uint64_t>(((down ? 0 : n_steps) + substep) * n_probes_);
        return stream;
    }

    void transport(int k, bool down, Block<const Real> x, const Transition<Real>& out, const StreamKey& key,
                   std::uint32_t first, Tally& tally) const {
        const Level& level = levels_[static_cast<std::size_t>(k)];
        const LevelStep& step = levels_of_[static_cast<std::size_t>(k)];
        const int dim = x.dim, n_steps = static_cast<int>(level.steps.size());
        const std::size_t size = static_cast<std::size_t>(dim) * block_size;
        Scratch frame;
        Block<Real> y{frame.take<Real>(size), dim, x.n}, next{frame.take<Real>(size), dim, x.n};
        const Block<Real> z{frame.take<Real>(size), dim, x.n}, u{frame.take<Real>(size), dim, x.n};
        scale_rows(x, 1 / (down ? scale_high(step) : scale_low(step)), y);
        std::fill_n(out.log_ratio, x.n, dim * std::log(scale_low(step) / scale_high(step)));
        if (log_det_ == LogDet::auxiliary) {
            fill_normals(probe_stream(key, k, down, 0, n_steps), first, u);
            begin_auxiliary(level, down, u, out.log_ratio);
        }
        for (int i = 0; i < n_steps; ++i) {
            const int s = down ? i : n_steps - 1 - i;
            const MidpointStep<Real>& part = level.steps[static_cast<std::size_t>(s)];
            solve_midpoint<Real>(part, down, y, z, next, out.failed, limits_, tally);
            if (out.check_inverse) {
                check_return<Real>(part, down, y, next, out.failed, limits_, tally);
            }
            if (log_det_ == LogDet::exact) {
                add_exact_log_det<Real>(part, z, out.log_ratio, tally);
            } else if (log_det_ == LogDet::auxiliary) {
                carry_auxiliary<Real>(part, down, level.centre, z, u, out.failed, tally);
            } else {
                const double correction = corrected_ ? (down ? -1.0 : 1.0) : 0.0;
                add_hutchinson_log_det<Real>(part, z, {n_probes_, n_terms_, correction},
                                             probe_stream(key, k, down, s, n_steps), first, out.log_ratio,
                                             tally);
            }
            std::swap(y.data, next.data);
        }
        if (log_det_ == LogDet::auxiliary) {
            for (int l = 0; l < x.n; ++l) {
                out.log_ratio[l] += (down ? -1 : 1) * half_square(u, l);
            }
        }
        scale_rows(y, down ? scale_low(step) : scale_high(step), out.to);
        settle_failures(x, out, tally);
    }

    /// Down: dim c + |u|^2/2 (minus |v|^2/2 at the end). Up: dim c - |u|^2/2 (plus |v|^2/2), so that the
    /// ratio of a swap is that of an involution on positions and vectors.
    static void begin_auxiliary(const Level& level, bool down, Block<const Real> u, double* log_ratio) {
        const double constant = u.dim * level.centre * static_cast<double>(level.steps.size());
        for (int l = 0; l < u.n; ++l) {
            log_ratio[l] += constant + (down ? 1 : -1) * half_square(u, l);
        }
    }

    static void settle_failures(Block<const Real> x, const Transition<Real>& out, Tally& tally) {
        for (int l = 0; l < x.n; ++l) {
            if (!out.failed[l] && std::isfinite(out.log_ratio[l])) {
                continue;
            }
            out.failed[l] = 1;
            ++tally.map_not_converged;
            out.log_ratio[l] = -std::numeric_limits<double>::infinity();
            for (int i = 0; i < x.dim; ++i) {
                out.to(i, l) = x(i, l);
            }
        }
    }

    /// Result of carrying a pilot block down one level.
    struct Trial {
        double radius = 0, mean_log_det = 0;
        bool failed = false;
        bool good() const { return !failed && radius < radius_limit; }
    };

    Trial try_steps(int k, bool down, const StreamKey& stream, std::uint32_t first, Block<const Real> x,
                    Block<Real> to) const {
        const std::vector<MidpointStep<Real>>& steps = levels_[static_cast<std::size_t>(k)].steps;
        const LevelStep& level = levels_of_[static_cast<std::size_t>(k)];
        const std::size_t size = static_cast<std::size_t>(x.dim) * block_size;
        Scratch frame;
        Block<Real> y{frame.take<Real>(size), x.dim, x.n}, next{frame.take<Real>(size), x.dim, x.n};
        const Block<Real> z{frame.take<Real>(size), x.dim, x.n};
        scale_rows(x, 1 / (down ? scale_high(level) : scale_low(level)), y);
        Trial trial;
        Tally tally;
        unsigned char failed[block_size] = {};
        double log_det[block_size] = {}, radius[block_size];
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const MidpointStep<Real>& part = steps[down ? i : steps.size() - 1 - i];
            solve_midpoint<Real>(part, down, y, z, next, failed, limits_, tally);
            spectral_radii<Real>(part, z, stream, first, radius, tally);
            if (down && log_det_ == LogDet::auxiliary) {
                add_hutchinson_log_det<Real>(part, z, {1, 4, 0.0}, stream, first, log_det, tally);
            }
            for (int l = 0; l < x.n; ++l) {
                trial.failed |= failed[l] || !std::isfinite(radius[l]);
                trial.radius = std::max(trial.radius, radius[l]);
            }
            std::swap(y.data, next.data);
        }
        for (int l = 0; l < x.n; ++l) {
            trial.mean_log_det += log_det[l] / n_pilot;
        }
        scale_rows(y, down ? scale_low(level) : scale_high(level), to);
        return trial;
    }

    Trial try_steps(int k, bool down, const StreamKey& stream, const Particles<Real>& x,
                    Particles<Real>& to) const {
        Trial total;
        for (int b = 0; b < x.n_blocks() && total.good(); ++b) {
            const Trial part = try_steps(k, down, stream, static_cast<std::uint32_t>(b * block_size),
                                         x.block(b), to.block(b));
            total.failed |= part.failed;
            total.radius = std::max(total.radius, part.radius);
            total.mean_log_det += part.mean_log_det;
        }
        return total;
    }

    /// Chooses the substeps of level k (0 = find them) and carries the pilot x of level k+1 down. Samples of
    /// level k, carried up, show what a map that folds would never reach.
    void plan_level(int k, int n_substeps, const StreamKey& key, Particles<Real>& x) {
        Level& level = levels_[static_cast<std::size_t>(k)];
        const StreamKey stream = key.with(Purpose::pilot, static_cast<std::uint32_t>(k), 1);
        const int least = n_substeps > 0 ? n_substeps : 1, most = n_substeps > 0 ? n_substeps : max_substeps;
        const bool from_below = n_substeps == 0 && path_->has_level_sampler(k);
        Particles<Real> moved = x, below(from_below ? 2 * n_pilot : 0, path_->dim()), lifted = below;
        draw_pilot(k, key, below);
        for (int n = least; n <= most; ++n) {
            level.steps = make_steps(levels_of_[static_cast<std::size_t>(k)], n);
            const Trial trial = try_steps(k, true, stream, x, moved);
            const double centre = trial.mean_log_det / (path_->dim() * n);
            level.centre = std::isfinite(centre) && std::abs(centre) < 1 ? centre : 0.0;
            if (trial.good() && try_steps(k, false, stream, below, lifted).good()) {
                break;
            }
        }
        x = std::move(moved);
    }

    void draw_pilot(int level, const StreamKey& key, Particles<Real>& x) const {
        const StreamKey stream = key.with(Purpose::pilot, static_cast<std::uint32_t>(level));
        for (int b = 0; b < x.n_blocks(); ++b) {
            const auto first = static_cast<std::uint32_t>(b * block_size);
            if (path_->has_level_sampler(level)) {
                path_->sample_level(level, stream, first, x.block(b));
            } else {
                path_->sample_reference(stream, first, x.block(b));
            }
        }
    }

    void run_pilot(int n_substeps, const StreamKey& key) {
        const int n_levels = path_->n_levels();
        bool exact = true;
        for (int level = 1; level < n_levels; ++level) {
            exact = exact && path_->has_level_sampler(level);
        }
        if (exact) {
            parallel_for(n_levels, [&](int k) {
                Particles<Real> pilot(n_pilot, path_->dim());
                draw_pilot(k + 1, key, pilot);
                plan_level(k, n_substeps, key, pilot);
            });
            return;
        }
        // Without samples of the levels the map itself carries a pilot of the reference down.
        Particles<Real> pilot(n_pilot, path_->dim());
        draw_pilot(n_levels, key, pilot);
        for (int k = n_levels - 1; k >= 0; --k) {
            plan_level(k, n_substeps, key, pilot);
        }
    }

    std::shared_ptr<const DensityPath<Real>> path_;
    std::vector<LevelStep> levels_of_;
    bool ou_;
    LogDet log_det_;
    int n_probes_, n_terms_;
    bool corrected_;
    SolverLimits limits_;
    std::vector<Level> levels_;
};

}  // namespace

KernelEntry transport_midpoint_kernel() {
    KernelEntry entry =
        make_entry<TransitionKernel, KernelContext, TransportMidpoint, TransportMidpointSettings>(
            "kernel", "transport_midpoint",
            "Deterministic map: implicit midpoint steps of the probability-flow ODE");
    entry.check_path = check_coordinates;
    entry.hessian_numbers = [](const Json& kernel, int dim) {
        return kernel["log_det"] == "exact" ? hessian_numbers(dim, 1) : 0.0;
    };
    return entry;
}

}  // namespace tempera
