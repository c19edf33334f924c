// SPDX-License-Identifier: MIT
#include "support/points.hpp"

#include <algorithm>
#include <cmath>

#include "core/log_sum_exp.hpp"

namespace tempera::test {

template <class Real>
Point evaluate(const Density<Real>& density, const Eigen::VectorXd& x) {
    const int d = density.dim();
    Particles<Real> at(1, d), score(1, d), hessian(1, d * d);
    PerParticle<Real> value(1);
    for (int i = 0; i < d; ++i) {
        at(0, i) = static_cast<Real>(x(i));
    }
    Tally tally;
    density.evaluate(
        at.block(0),
        {value.block(0), score.block(0).data, density.has_hessian() ? hessian.block(0).data : nullptr},
        tally);
    Point out{value[0], Eigen::VectorXd(d), Eigen::MatrixXd(d, d)};
    for (int i = 0; i < d; ++i) {
        out.score(i) = score(0, i);
        for (int j = 0; j < d; ++j) {
            out.hessian(i, j) = hessian(0, i * d + j);
        }
    }
    return out;
}

Eigen::VectorXd score(const Density<double>& density, const Eigen::VectorXd& x) {
    Particles<double> at(1, density.dim()), slope(1, density.dim());
    for (int i = 0; i < density.dim(); ++i) {
        at(0, i) = x(i);
    }
    density.evaluate_uncounted(std::as_const(at).block(0), {.score = slope.block(0).data});
    Eigen::VectorXd out(density.dim());
    for (int i = 0; i < density.dim(); ++i) {
        out(i) = slope(0, i);
    }
    return out;
}

template <class Real>
double log_density(const Density<Real>& density, const Eigen::VectorXd& x) {
    Particles<Real> at(1, density.dim());
    PerParticle<Real> value(1);
    for (int i = 0; i < density.dim(); ++i) {
        at(0, i) = static_cast<Real>(x(i));
    }
    Tally tally;
    density.evaluate(at.block(0), {value.block(0), nullptr, nullptr}, tally);
    return value[0];
}

template <class Real>
Eigen::VectorXd hessian_vector(const Density<Real>& density, const Eigen::VectorXd& x,
                               const Eigen::VectorXd& v) {
    const int d = density.dim();
    Particles<Real> at(1, d), direction(1, d), out(1, d);
    for (int i = 0; i < d; ++i) {
        at(0, i) = static_cast<Real>(x(i)), direction(0, i) = static_cast<Real>(v(i));
    }
    Tally tally;
    density.hessian_vector(at.block(0), direction.block(0), out.block(0), tally);
    Eigen::VectorXd product(d);
    for (int i = 0; i < d; ++i) {
        product(i) = out(0, i);
    }
    return product;
}

Eigen::VectorXd difference_score(const Density<double>& density, const Eigen::VectorXd& x, double step) {
    Eigen::VectorXd out(x.size());
    for (Eigen::Index i = 0; i < x.size(); ++i) {
        const Eigen::VectorXd e = step * Eigen::VectorXd::Unit(x.size(), i);
        out(i) = (log_density(density, x + e) - log_density(density, x - e)) / (2 * step);
    }
    return out;
}

Eigen::MatrixXd difference_hessian(const Density<double>& density, const Eigen::VectorXd& x, double step) {
    Eigen::MatrixXd out(x.size(), x.size());
    for (Eigen::Index i = 0; i < x.size(); ++i) {
        const Eigen::VectorXd e = step * Eigen::VectorXd::Unit(x.size(), i);
        out.col(i) = (score(density, x + e) - score(density, x - e)) / (2 * step);
    }
    return out;
}

double log_integral_2d(const Density<double>& density, double x0, double x1, double y0, double y1, int n) {
    Particles<double> row(n, 2);
    PerParticle<double> value(n);
    LogSumExp sum;
    Tally tally;
    const double hx = (x1 - x0) / n, hy = (y1 - y0) / n;
    for (int j = 0; j < n; ++j) {
        for (int i = 0; i < n; ++i) {
            row(i, 0) = x0 + (i + 0.5) * hx, row(i, 1) = y0 + (j + 0.5) * hy;
        }
        for (int b = 0; b < row.n_blocks(); ++b) {
            density.evaluate(row.block(b), {value.block(b), nullptr, nullptr}, tally);
        }
        for (int i = 0; i < n; ++i) {
            sum.add(value[i]);
        }
    }
    return sum.value() + std::log(hx * hy);
}

bool needs_file(const TargetEntry& entry) {
    Problems problems;
    entry.check({{"type", entry.info.name}}, "target", problems);
    const auto& fields = entry.info.fields;
    return std::any_of(fields.begin(), fields.end(), [&](const Field& f) {
        return f.kind == Field::Kind::file && !problems.empty() &&
               problems.list().front().place == "target." + f.name;
    });
}

namespace {

/// The catalogue's targets with settings that make them small, with or without an exact sampler.
std::vector<std::pair<std::string, Json>> small_entries(bool with_sampler) {
    std::vector<std::pair<std::string, Json>> out;
    for (const TargetEntry& e : target_catalogue()) {
        Json settings = Json::object();
        for (const Field& f : e.info.fields) {
            Json smaller = settings;
            smaller[f.name] = std::min(4.0, f.max);
            Problems problems;
            if ((f.name == "dim" || f.name == "size") &&
                (e.check(smaller, "target", problems), problems.empty())) {
                settings = smaller;
            }
        }
        if (!needs_file(e) && make_target<double>(e.info.name, settings)->has_sampler() == with_sampler) {
            out.emplace_back(e.info.name, settings);
        }
    }
    return out;
}

}  // namespace

std::vector<std::pair<std::string, Json>> unsampled_targets() {
    std::vector<std::pair<std::string, Json>> out = small_entries(false);
    out.emplace_back("gmm40", Json{{"temperature", 30}});
    out.emplace_back("lj13", Json{{"temperature", 2.5}});
    out.emplace_back("logistic_regression", Json{{"n_rows", 75}, {"n_features", 2}, {"train_fraction", 0.7}});
    out.emplace_back("logistic_regression", Json{{"prior", "gamma_hierarchical"}, {"temperature", 2}});
    return out;
}

std::vector<std::pair<std::string, Json>> small_targets() {
    std::vector<std::pair<std::string, Json>> out = small_entries(true);
    out.emplace_back("gaussian", Json{{"mean", {1, -2, 0}}, {"sigmas", {0.5, 1, 2}}, {"temperature", 3}});
    const Json means{{-1, 0.5, 0.2, 1}, {1, -0.3, 0, 0.4}};
    out.emplace_back("gaussian_mixture",
                     Json{{"weights", {0.3, 0.7}}, {"means", means}, {"sigmas", {0.6, 0.9}}});
    out.emplace_back("gaussian_mixture", Json{{"weights", {0.3, 0.7}},
                                              {"means", means},
                                              {"variances", {{0.6, 1.0, 0.8, 0.5}, {0.9, 0.4, 0.5, 1.2}}}});
    out.emplace_back("gaussian_mixture",
                     Json{{"weights", {0.5, 0.5}},
                          {"means", {{-1, 0.5}, {1, 0}}},
                          {"covariances", {{{1, 0.4}, {0.4, 0.7}}, {{0.5, -0.2}, {-0.2, 0.6}}}}});
    out.emplace_back(
        "expression",
        Json{{"log_density", "-0.5*(x1^2 + x2^2/2) - (x3 - x1)^2 - x4^2/8 + tanh(x1)*cos(x2)"}, {"dim", 4}});
    return out;
}

template <class Real>
std::shared_ptr<Target<Real>> make_target(const std::string& name, const Json& settings) {
    return find_entry(target_catalogue(), "target", name)
        .template make<Real>(settings, TargetContext<Real>{});
}

template <class Real>
std::shared_ptr<DensityPath<Real>> make_path(const std::string& name, const Json& settings,
                                             std::shared_ptr<const Target<Real>> target,
                                             const Schedule& schedule) {
    PathContext<Real> context;
    context.target = std::move(target);
    context.schedule = schedule;
    if (name == "learned_diffusion") {  // the exact densities by way of a model
        context.model = {{"type", "perturbed_exact"}, {"logit_noise", 0.0}};
    }
    return find_entry(path_catalogue(), "path", name).template make<Real>(settings, context);
}

template <class Real>
Particles<Real> draw(const Target<Real>& target, int n, std::uint64_t seed) {
    Particles<Real> out(n, target.dim());
    StreamKey key;
    key.seed = seed;
    key.purpose = Purpose::target_sample;
    for (int b = 0; b < out.n_blocks(); ++b) {
        const auto first = static_cast<std::uint32_t>(b * block_size);
        if (target.has_sampler()) {
            target.sample(key, first, out.block(b));
        } else {
            fill_normals(key, first, out.block(b));
        }
    }
    return out;
}

Particles<double> typical(const Target<double>& target, int n, std::uint64_t seed) {
    if (target.has_sampler()) {
        return draw(target, n, seed);
    }
    Particles<double> out(n, target.dim());
    const StreamKey key{.seed = seed, .purpose = Purpose::target_sample};
    for (int b = 0; b < out.n_blocks(); ++b) {
        fill_normals(key, static_cast<std::uint32_t>(b * block_size), out.block(b));
    }
    const auto particles = target.particles();
    for (int p = 0; particles && p < n; ++p) {
        for (int k = 0; k < particles->n_particles; ++k) {
            int place = k;
            for (int a = 0; a < particles->axes; ++a, place /= 4) {
                double& x = out(p, k * particles->axes + a);
                x = particles->length * (place % 4 + 0.05 * x);
            }
        }
    }
    return out;
}

#define TEMPERA_INSTANTIATE(Real)                                                                            \
    template Point evaluate<Real>(const Density<Real>&, const Eigen::VectorXd&);                             \
    template double log_density<Real>(const Density<Real>&, const Eigen::VectorXd&);                         \
    template Eigen::VectorXd hessian_vector<Real>(const Density<Real>&, const Eigen::VectorXd&,              \
                                                  const Eigen::VectorXd&);                                   \
    template std::shared_ptr<Target<Real>> make_target<Real>(const std::string&, const Json&);               \
    template std::shared_ptr<DensityPath<Real>> make_path<Real>(                                             \
        const std::string&, const Json&, std::shared_ptr<const Target<Real>>, const Schedule&);              \
    template Particles<Real> draw<Real>(const Target<Real>&, int, std::uint64_t);
TEMPERA_INSTANTIATE(float)
TEMPERA_INSTANTIATE(double)

}  // namespace tempera::test
