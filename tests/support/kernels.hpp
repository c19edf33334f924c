// SPDX-License-Identifier: MIT
// What the kernel tests share: paths over test mixtures, blocks, Gaussian densities in plain Eigen.
#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <memory>
#include <vector>

#include "kernels/transition_kernel.hpp"

namespace tempera::testing {

inline Schedule log_snr(int n_levels, double rho_min, double rho_max) {
    Schedule rho;
    for (int k = 1; k <= n_levels; ++k) {
        const double u = n_levels == 1 ? 1.0 : (k - 1.0) / (n_levels - 1.0);
        rho.push_back(rho_min * std::pow(rho_max / rho_min, u));
    }
    return rho;
}

template <class Real>
std::shared_ptr<const DensityPath<Real>> make_path(const Json& target, const Schedule& rho,
                                                   const Json& more = Json::object()) {
    const TargetContext<Real> none;
    Json settings = {{"type", "diffusion"}, {"standardise", false}};
    settings.update(more);
    const auto made = find_entry(target_catalogue(), "target", target["type"].get<std::string>())
                          .template make<Real>(target, none);
    PathContext<Real> context;
    context.target = made;
    context.schedule = rho;
    return find_entry(path_catalogue(), "path", settings["type"].get<std::string>())
        .template make<Real>(settings, context);
}

inline Json two_mode(int dim, double wide = 2.0) {
    return {{"type", "two_mode"}, {"dim", dim}, {"wide", wide}};
}

/// The Gaussian of the identity check: mean 0.7, eigenvalues 0.3 logspace(-1, 0), axes of a reflection (or
/// none).
inline Json gaussian(int dim, bool rotated) {
    Eigen::VectorXd u(dim), eigenvalues(dim);
    for (int i = 0; i < dim; ++i) {
        u[i] = i + 1;
        eigenvalues[i] = 0.3 * std::pow(10.0, -1 + static_cast<double>(i) / std::max(1, dim - 1));
    }
    u.normalize();
    Eigen::MatrixXd r = Eigen::MatrixXd::Identity(dim, dim);
    if (rotated) {
        r -= 2 * u * u.transpose();
    }
    const Eigen::MatrixXd covariance = r * eigenvalues.asDiagonal() * r.transpose();
    Json rows = Json::array();
    for (int i = 0; i < dim; ++i) {
        Json row = Json::array();
        for (int j = 0; j < dim; ++j) {
            row.push_back(i == j || rotated ? 0.5 * (covariance(i, j) + covariance(j, i)) : 0.0);
        }
        rows.push_back(row);
    }
    return {{"type", "gaussian_mixture"},
            {"weights", {1.0}},
            {"means", Json::array({std::vector<double>(static_cast<std::size_t>(dim), 0.7)})},
            {"covariances", Json::array({rows})}};
}

template <class Real>
std::shared_ptr<const TransitionKernel<Real>>
make_kernel(const Json& settings, std::shared_ptr<const DensityPath<Real>> path, std::uint64_t seed = 1) {
    KernelContext<Real> context{std::move(path), {}};
    context.key.seed = seed;
    return find_entry(kernel_catalogue(), "kernel", settings["type"].get<std::string>())
        .template make<Real>(settings, context);
}

inline StreamKey test_key(std::uint64_t seed) {
    StreamKey key;
    key.seed = seed;
    return key;
}

template <class Real>
Eigen::VectorXd column(Block<const Real> x, int lane) {
    Eigen::VectorXd out(x.dim);
    for (int i = 0; i < x.dim; ++i) {
        out[i] = static_cast<double>(x(i, lane));
    }
    return out;
}

template <class Real>
void set_column(Block<Real> x, int lane, const Eigen::VectorXd& value) {
    for (int i = 0; i < x.dim; ++i) {
        x(i, lane) = static_cast<Real>(value[i]);
    }
}

/// Score and Hessian of a density at one lane.
struct Derivatives {
    double log_density;
    Eigen::VectorXd score;
    Eigen::MatrixXd hessian;
};

template <class Real>
std::vector<Derivatives> derivatives(const Density<Real>& density, Block<const Real> x) {
    const int dim = x.dim;
    AlignedArray<Real> log_density(block_size), score(static_cast<std::size_t>(dim) * block_size),
        hessian(static_cast<std::size_t>(dim) * static_cast<std::size_t>(dim) * block_size);
    Tally tally;
    density.evaluate(x, {log_density.data(), score.data(), hessian.data()}, tally);
    std::vector<Derivatives> out;
    for (int l = 0; l < x.n; ++l) {
        Derivatives d{static_cast<double>(log_density[static_cast<std::size_t>(l)]), Eigen::VectorXd(dim),
                      Eigen::MatrixXd(dim, dim)};
        for (int i = 0; i < dim; ++i) {
            d.score[i] = static_cast<double>(score.data()[i * block_size + l]);
            for (int j = 0; j < dim; ++j) {
                d.hessian(i, j) = static_cast<double>(hessian.data()[(i * dim + j) * block_size + l]);
            }
        }
        out.push_back(d);
    }
    return out;
}

/// log N(x; mean, covariance) in plain Eigen.
inline double log_normal(const Eigen::VectorXd& x, const Eigen::VectorXd& mean,
                         const Eigen::MatrixXd& covariance) {
    const Eigen::LLT<Eigen::MatrixXd> llt(covariance);
    const Eigen::MatrixXd root = llt.matrixL();
    const Eigen::VectorXd w = llt.matrixL().solve(x - mean);
    return -0.5 * w.squaredNorm() - root.diagonal().array().log().sum() -
           0.5 * static_cast<double>(x.size()) * std::log(2 * std::acos(-1.0));
}

/// What a whole way down without moves gives per particle.
struct Descent {
    std::vector<double> log_weight;
    Tally tally;
    long failed = 0;

    double mean() const {
        double sum = 0;
        for (double w : log_weight) {
            sum += w / static_cast<double>(log_weight.size());
        }
        return sum;
    }
    double deviation() const {
        double sum = 0;
        const double m = mean();
        for (double w : log_weight) {
            sum += (w - m) * (w - m) / static_cast<double>(log_weight.size());
        }
        return std::sqrt(sum);
    }
};

/// n particles from the reference to the target: log weights of annealed importance sampling without moves.
/// Final positions go to `end` when it is not null.
template <class Real>
Descent descend(const DensityPath<Real>& path, const TransitionKernel<Real>& kernel, int n,
                std::uint64_t seed, Particles<Real>* end = nullptr) {
    const int dim = path.dim(), top = path.n_levels();
    Particles<Real> x(n, dim), next(n, dim);
    Descent out;
    out.log_weight.resize(static_cast<std::size_t>(n));
    const StreamKey key = test_key(seed);
    AlignedArray<Real> log_density(block_size);
    double log_ratio[block_size];
    unsigned char failed[block_size] = {};
    for (int b = 0; b < x.n_blocks(); ++b) {
        const auto first = static_cast<std::uint32_t>(b * block_size);
        double* weight = out.log_weight.data() + first;
        path.sample_reference(key.with(Purpose::reference, static_cast<std::uint32_t>(top)), first,
                              x.block(b));
        path.density(top).evaluate(x.block(b), {.log_density = log_density.data()}, out.tally);
        for (int l = 0; l < x.block(b).n; ++l) {
            weight[l] = -static_cast<double>(log_density[static_cast<std::size_t>(l)]);
        }
        for (int k = top - 1; k >= 0; --k) {
            std::fill_n(failed, block_size, static_cast<unsigned char>(0));
            kernel.down(k, {x.block(b)}, {next.block(b), log_ratio, failed}, key, first, out.tally);
            for (int l = 0; l < x.block(b).n; ++l) {
                weight[l] += log_ratio[l];
                out.failed += failed[l];
            }
            std::copy_n(next.block(b).data, static_cast<std::size_t>(dim) * block_size, x.block(b).data);
        }
        path.density(0).evaluate(x.block(b), {.log_density = log_density.data()}, out.tally);
        for (int l = 0; l < x.block(b).n; ++l) {
            weight[l] += static_cast<double>(log_density[static_cast<std::size_t>(l)]);
        }
    }
    if (end) {
        *end = x;
    }
    return out;
}

}  // namespace tempera::testing
