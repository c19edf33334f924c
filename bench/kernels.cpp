// SPDX-License-Identifier: MIT
// Hot loops, each over 4096 particles in blocks as the samplers call them.
#include <Eigen/Dense>
#include <cstdio>

#include "bench/measure.hpp"
#include "core/log_sum_exp.hpp"
#include "core/rng.hpp"
#include "samplers/annealed/resampling.hpp"
#include "targets/target.hpp"

namespace tempera::bench {

namespace {

constexpr int n_particles = 4096;

template <class Real>
constexpr const char* precision() {
    return sizeof(Real) == 4 ? "f32" : "f64";
}

template <class Real>
double fma_peak(const Peaks& p) {
    return sizeof(Real) == 4 ? p.fma_f32 : p.fma_f64;
}

/// Multiply-class operations of an exponential in the mixture kernels, its scaling and its sum included.
template <class Real>
constexpr double exp_operations = sizeof(Real) == 4 ? 14 : 19;

/// A mixture with means spread over a box and, when full, randomly turned covariances.
Mixture example_mixture(int n_components, int dim, Mixture::Shape shape) {
    Stream random(StreamKey{.seed = 1, .purpose = Purpose::diagnostic}, 0);
    Mixture m;
    m.shape = shape;
    for (int c = 0; c < n_components; ++c) {
        Mixture::Component k;
        k.weight = 1.0 / n_components;
        k.mean = Eigen::VectorXd::NullaryExpr(
            dim, [&] { return (shape == Mixture::Shape::full ? 2 : 80) * (random.uniform() - 0.5); });
        k.eigenvalues = Eigen::VectorXd::Constant(dim, 1.3);
        k.axes = Eigen::MatrixXd::Identity(dim, dim);
        if (shape == Mixture::Shape::full) {
            k.eigenvalues = Eigen::VectorXd::NullaryExpr(dim, [&] { return 0.5 + 2 * random.uniform(); });
            const Eigen::MatrixXd a = Eigen::MatrixXd::NullaryExpr(dim, dim, [&] { return random.normal(); });
            k.axes = Eigen::HouseholderQR<Eigen::MatrixXd>(a).householderQ();
        }
        m.components.push_back(std::move(k));
    }
    return m;
}

enum class Output { log_density, score, hessian };

/// Seconds for all particles, drawn from the mixture itself.
template <class Real>
double evaluation_seconds(const Mixture& mixture, Output output) {
    const auto density = make_mixture_density<Real>(mixture);
    const int dim = mixture.dim();
    Particles<Real> x(n_particles, dim), score(n_particles, dim),
        hessian(output == Output::hessian ? n_particles : 1, dim * dim);
    PerParticle<Real> log_density(n_particles);
    for (int b = 0; b < x.n_blocks(); ++b) {
        mixture.sample(StreamKey{.seed = 2}, static_cast<std::uint32_t>(b * block_size), x.block(b));
    }
    Tally tally;
    return least_seconds([&] {
        for (int b = 0; b < x.n_blocks(); ++b) {
            Wanted<Real> wanted{.log_density = log_density.block(b)};
            wanted.score = output == Output::log_density ? nullptr : score.block(b).data;
            wanted.hessian = output == Output::hessian ? hessian.block(b).data : nullptr;
            density->evaluate(x.block(b), wanted, tally);
        }
        keep(*log_density.block(0));
    });
}

/// Isotropic components against the issue bound: so many multiply-class operations per particle and
/// component, each one slot of the multiply-add units.
template <class Real>
void isotropic(Report& report, const Peaks& peaks, int n_components, int dim, Output output) {
    const char* what = output == Output::log_density ? "gmm_logp"
                       : output == Output::score     ? "gmm_score"
                                                     : "gmm_hessian";
    const std::string name = std::string(what) + "_c" + std::to_string(n_components) + "_d" +
                             std::to_string(dim) + "_" + precision<Real>();
    if (!report.wants(name)) {
        return;
    }
    const double seconds =
        evaluation_seconds<Real>(example_mixture(n_components, dim, Mixture::Shape::isotropic), output);
    double operations = exp_operations<Real> + 2 * dim;
    operations -= output == Output::log_density ? dim + 1 : 0;
    operations += output == Output::hessian ? dim * (dim + 1) / 2 + dim : 0;
    const double bound = 2.0 * n_particles * n_components * operations / fma_peak<Real>(peaks);
    report.add({name, seconds, n_particles / seconds, "particles/s", bound / seconds, true,
                std::to_string(static_cast<int>(operations)) + " multiply slots per component"});
}

/// Full covariances against the multiply-add peak: 2 d^2 flops per particle and component.
template <class Real>
void full(Report& report, const Peaks& peaks, int n_components, int dim) {
    const std::string name = "gmm_full_score_c" + std::to_string(n_components) + "_d" + std::to_string(dim) +
                             "_" + precision<Real>();
    if (!report.wants(name)) {
        return;
    }
    const double seconds =
        evaluation_seconds<Real>(example_mixture(n_components, dim, Mixture::Shape::full), Output::score);
    const double flops = 2.0 * n_particles * n_components * dim * dim;
    report.add({name, seconds, n_particles / seconds, "particles/s", flops / seconds / fma_peak<Real>(peaks),
                false, "2 d^2 flops per component"});
}

/// Hessian-vector products, 4 d^2 flops per component at most counted as 2 d^2 (one product with the
/// precision each).
template <class Real>
void hessian_vector(Report& report, const Peaks& peaks, int n_components, int dim) {
    const std::string name = "gmm_full_hvp_c" + std::to_string(n_components) + "_d" + std::to_string(dim) +
                             "_" + precision<Real>();
    if (!report.wants(name)) {
        return;
    }
    const Mixture mixture = example_mixture(n_components, dim, Mixture::Shape::full);
    const auto density = make_mixture_density<Real>(mixture);
    Particles<Real> x(n_particles, dim), v(n_particles, dim), out(n_particles, dim);
    for (int b = 0; b < x.n_blocks(); ++b) {
        mixture.sample(StreamKey{.seed = 2}, static_cast<std::uint32_t>(b * block_size), x.block(b));
        fill_normals(StreamKey{.seed = 3}, static_cast<std::uint32_t>(b * block_size), v.block(b));
    }
    Tally tally;
    const double seconds = least_seconds([&] {
        for (int b = 0; b < x.n_blocks(); ++b) {
            density->hessian_vector(x.block(b), v.block(b), out.block(b), tally);
        }
        keep(*out.block(0).data);
    });
    const double flops = 4.0 * n_particles * n_components * dim * dim;
    report.add({name, seconds, n_particles / seconds, "particles/s", flops / seconds / fma_peak<Real>(peaks),
                false, "4 d^2 flops per component: precision times x - mean and times v"});
}

/// Seconds for the scores of all particles under a target of the catalogue.
template <class Real>
double score_seconds(const Json& settings) {
    const auto target = find_entry(target_catalogue(), "target", settings["type"].get<std::string>())
                            .template make<Real>(settings, {});
    Particles<Real> x(n_particles, target->dim()), score(n_particles, target->dim());
    for (int b = 0; b < x.n_blocks(); ++b) {
        fill_normals(StreamKey{.seed = 2}, static_cast<std::uint32_t>(b * block_size), x.block(b));
    }
    Tally tally;
    return least_seconds([&] {
        for (int b = 0; b < x.n_blocks(); ++b) {
            target->evaluate(x.block(b), {.score = score.block(b).data}, tally);
        }
        keep(*score.block(0).data);
    });
}

/// A typed density against the same one written by hand, and a typed mixture.
template <class Real>
void expressions(Report& report) {
    const std::string name = "expression_score", kind = precision<Real>();
    const auto typed = [](const char* formula) {
        return Json{{"type", "expression"}, {"log_density", formula}};
    };
    if (report.wants(name + "_banana_" + kind)) {
        const double by_hand = score_seconds<Real>({{"type", "banana"}}),
                     seconds = score_seconds<Real>(typed("-0.5*((x1/2)^2 + ((x2 - 0.5*(x1^2 - 4))/0.5)^2)"));
        char note[64];
        std::snprintf(note, sizeof note, "%.2f x the time of the target written by hand", seconds / by_hand);
        report.add({name + "_banana_" + kind, seconds, n_particles / seconds, "particles/s",
                    std::numeric_limits<double>::quiet_NaN(), false, note});
    }
    if (report.wants(name + "_mixture_" + kind)) {
        const double seconds =
            score_seconds<Real>(typed("log(exp(-0.5*((x1-4)^2 + x2^2)) + 2*exp(-0.5*((x1+4)^2 + 4*x2^2)))"));
        report.add({name + "_mixture_" + kind, seconds, n_particles / seconds, "particles/s",
                    std::numeric_limits<double>::quiet_NaN(), false, "two components, a typed log of a sum"});
    }
}

/// Multiply-class operations per normal: 40 of Philox and two Box-Mullers of 27 for 64 words (f32), and of
/// twice the words and longer polynomials (f64).
template <class Real>
void normals(Report& report, const Peaks& peaks) {
    const std::string name = std::string("normals_") + precision<Real>();
    if (!report.wants(name)) {
        return;
    }
    Particles<Real> out(block_size, 16);
    std::uint32_t step = 0;
    const double seconds = least_seconds([&] {
        fill_normals(StreamKey{.seed = 1, .step = ++step}, 0, out.block(0));
        keep(*out.block(0).data);
    });
    const double per_vector = sizeof(Real) == 4 ? (40 + 2 * 27) / 4.0 : (20 + 37) / 2.0;
    const double bound = 2.0 * per_vector * 16 * block_size / fma_peak<Real>(peaks);
    report.add({name, seconds, 16 * block_size / seconds, "numbers/s", bound / seconds, true,
                std::to_string(per_vector).substr(0, 4) + " multiply slots per vector"});
}

std::vector<double> example_log_weights() {
    Stream random(StreamKey{.seed = 3, .purpose = Purpose::diagnostic}, 0);
    std::vector<double> w(n_particles);
    for (double& v : w) {
        v = random.normal();
    }
    return w;
}

void weights(Report& report, const Peaks& peaks) {
    const std::vector<double> w = example_log_weights();
    if (report.wants("log_sum_exp_f64")) {
        const double seconds = least_seconds([&] { keep(log_sum_exp(w)); });
        report.add({"log_sum_exp_f64", seconds, n_particles / seconds, "weights/s",
                    n_particles / seconds / peaks.exp_f64, false,
                    "of the exponentials' peak; streaming, with squares"});
    }
    for (const std::string& scheme : resampling_names()) {
        const std::string name = "resample_" + scheme;
        if (report.wants(name)) {
            const Resampling r = resampling_from_name(scheme);
            std::uint32_t step = 0;
            const double seconds = least_seconds([&] {
                const std::vector<int> ancestors =
                    resample(r, w, StreamKey{.seed = 1, .purpose = Purpose::resample, .step = ++step});
                keep(ancestors[0]);
            });
            report.add({name, seconds, n_particles / seconds, "particles/s",
                        n_particles / seconds / peaks.exp_f64, false,
                        "of the exponentials' peak; one per weight"});
        }
    }
}

template <class Real>
void mixtures(Report& report, const Peaks& peaks) {
    isotropic<Real>(report, peaks, 40, 2, Output::score);
    isotropic<Real>(report, peaks, 40, 2, Output::log_density);
    isotropic<Real>(report, peaks, 40, 2, Output::hessian);
    isotropic<Real>(report, peaks, 2, 2, Output::score);
    isotropic<Real>(report, peaks, 2, 8, Output::score);
    isotropic<Real>(report, peaks, 128, 8, Output::score);
    full<Real>(report, peaks, 2, 32);
    full<Real>(report, peaks, 16, 32);
    full<Real>(report, peaks, 16, 64);
    hessian_vector<Real>(report, peaks, 2, 32);
}

}  // namespace

void measure_kernels(Report& report, const Peaks& peaks) {
    mixtures<float>(report, peaks);
    mixtures<double>(report, peaks);
    normals<float>(report, peaks);
    normals<double>(report, peaks);
    expressions<float>(report);
    expressions<double>(report);
    weights(report, peaks);
}

}  // namespace tempera::bench
