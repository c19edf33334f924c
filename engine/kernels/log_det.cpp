// SPDX-License-Identifier: MIT
#include "kernels/log_det.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/loops.hpp"
#include "kernels/hessian_blocks.hpp"
#include "kernels/lane_linalg.hpp"
#include "kernels/midpoint_products.hpp"

namespace tempera {
namespace {

template <class Real>
void dot(Block<const Real> a, Block<const Real> b, Real* out) {
    const int lanes = a.lanes();
    std::fill_n(out, lanes, Real(0));
    for (int i = 0; i < a.dim; ++i) {
        const Real *x = a.row(i), *y = b.row(i);
        TEMPERA_INDEPENDENT
        for (int l = 0; l < lanes; ++l) {
            out[l] += x[l] * y[l];
        }
    }
}

/// M of one lane in float64.
template <class Real>
Eigen::MatrixXd lane_matrix(const MidpointStep<Real>& step, int dim, const Real* hessian, int lane) {
    Eigen::MatrixXd m(dim, dim);
    for (int i = 0; i < dim; ++i) {
        for (int j = 0; j < dim; ++j) {
            m(i, j) =
                step.half * (static_cast<double>(
                                 hessian[(static_cast<std::ptrdiff_t>(i) * dim + j) * block_size + lane]) +
                             (i == j ? step.linear : 0.0));
        }
    }
    return m;
}

/// log |det(I + sign M)| for 16 lanes.
template <class Real>
void group_log_det(const MidpointStep<Real>& step, double sign, int dim, const Real* hessian, int n,
                   Real* work, double* out) {
    const Real scale = static_cast<Real>(sign * step.half),
               one = static_cast<Real>(1 + sign * step.half * step.linear);
    for (int i = 0; i < dim; ++i) {
        for (int j = 0; j < dim; ++j) {
            const Real* h = hessian + (static_cast<std::ptrdiff_t>(i) * dim + j) * block_size;
            Real* a = lane_element(work, dim, i, j);
            const Real add = i == j ? one : Real(0);
            for (int l = 0; l < lane_group; ++l) {
                a[l] = add + scale * h[l];
            }
        }
    }
    // I + M and I - M of a gradient field are symmetric, and positive while the spectral radius is below 1.
    Real smallest[lane_group];
    step.density->has_log_density() ? cholesky_lanes(work, dim, smallest, out)
                                    : log_abs_det_lanes(work, dim, smallest, out);
    for (int l = 0; l < n; ++l) {
        if (!(smallest[l] > Real(1e-3))) {  // elimination without row exchanges is not safe here
            const Eigen::MatrixXd m =
                Eigen::MatrixXd::Identity(dim, dim) + sign * lane_matrix(step, dim, hessian, l);
            out[l] = m.partialPivLu().matrixLU().diagonal().array().abs().log().sum();
        }
    }
}

/// Closed form for one and two dimensions, in float64: one logarithm per particle.
template <class Real>
void group_log_det_small(const MidpointStep<Real>& step, int dim, const Real* hessian, int n, double* out) {
    const double c = step.half;
    double ratio[lane_group];
    for (int l = 0; l < lane_group; ++l) {
        const double a = c * (static_cast<double>(hessian[l]) + step.linear);
        ratio[l] = (1 + a) / (1 - a);
        if (dim == 2) {
            const double b = c * c * static_cast<double>(hessian[block_size + l]) *
                             static_cast<double>(hessian[2 * block_size + l]);
            const double d = c * (static_cast<double>(hessian[3 * block_size + l]) + step.linear);
            ratio[l] = ((1 + a) * (1 + d) - b) / ((1 - a) * (1 - d) - b);
        }
    }
    for (int l = 0; l < n; ++l) {
        out[l] = std::log(std::abs(ratio[l]));
    }
}

}  // namespace

template <class Real>
void add_exact_log_det(const MidpointStep<Real>& step, Block<const Real> z, double* out, Tally& tally) {
    const int dim = z.dim;
    Scratch frame;
    Real* work = frame.take<Real>(static_cast<std::size_t>(dim) * static_cast<std::size_t>(dim) * lane_group);
    for_each_hessian<Real>(*step.density, z, nullptr, tally, [&](int begin, const Real* hessian) {
        double plus[lane_group], minus[lane_group] = {};
        const int n = std::min(lane_group, z.n - begin);
        if (dim <= 2) {
            group_log_det_small(step, dim, hessian, n, plus);
        } else {
            group_log_det(step, 1.0, dim, hessian, n, work, plus);
            group_log_det(step, -1.0, dim, hessian, n, work, minus);
        }
        for (int l = 0; l < n; ++l) {
            out[begin + l] += plus[l] - minus[l];
        }
    });
}

template <class Real>
void add_hutchinson_log_det(const MidpointStep<Real>& step, Block<const Real> z, const ProbeRule& rule,
                            const StreamKey& stream, std::uint32_t first, double* out, Tally& tally) {
    Scratch frame;
    Block<Real> probe = take_block<Real>(frame, z.dim, z.n), w = take_block<Real>(frame, z.dim, z.n),
                next = take_block<Real>(frame, z.dim, z.n);
    // A gradient field has a symmetric M: e^T M^{2j+1} e = (M^j e) . (M^{j+1} e) halves the products.
    const bool symmetric = step.density->has_log_density();
    const MidpointProducts<Real> m(step, z);
    double mean[block_size] = {}, squares[block_size] = {};
    alignas(64) Real product[block_size];
    for (int p = 0; p < rule.n_probes; ++p) {
        double sum[block_size] = {};
        StreamKey key = stream;
        key.step += static_cast<std::uint64_t>(p);
        fill_rademacher(key, first, probe);
        for (int i = 0; i < z.dim; ++i) {
            std::copy_n(probe.row(i), z.lanes(), w.row(i));
        }
        for (int j = 0; j < rule.n_terms; ++j) {
            m.multiply(w, next, tally);
            dot<Real>(symmetric ? w : probe, next, product);
            for (int l = 0; l < z.n; ++l) {
                sum[l] += 2 * static_cast<double>(product[l]) / (2 * j + 1);
            }
            std::swap(w.data, next.data);
            if (!symmetric && j + 1 < rule.n_terms) {
                m.multiply(w, next, tally);
                std::swap(w.data, next.data);
            }
        }
        for (int l = 0; l < z.n; ++l) {
            const double away = sum[l] - mean[l];
            mean[l] += away / (p + 1);
            squares[l] += away * (sum[l] - mean[l]);
        }
    }
    const double per_square =
        rule.n_probes > 1 ? rule.correction / (2.0 * rule.n_probes * (rule.n_probes - 1)) : 0.0;
    for (int l = 0; l < z.n; ++l) {
        out[l] += mean[l] + per_square * squares[l];
    }
}

namespace {

/// w <- (I + sign M)^{-1} b by conjugate gradients, all lanes side by side; returns what did not settle in
/// `left`.
template <class Real>
int conjugate_gradients(const MidpointStep<Real>& step, Real sign, Block<const Real> z, Block<const Real> b,
                        Block<Real> w, unsigned char* left, Tally& tally) {
    const int lanes = z.lanes(), dim = z.dim;
    const MidpointProducts<Real> m(step, z);
    Scratch frame;
    const Block<Real> r = take_block<Real>(frame, dim, z.n), p = take_block<Real>(frame, dim, z.n),
                      q = take_block<Real>(frame, dim, z.n);
    for (int i = 0; i < dim; ++i) {
        std::fill_n(w.row(i), lanes, Real(0));
        std::copy_n(b.row(i), lanes, r.row(i));
        std::copy_n(b.row(i), lanes, p.row(i));
    }
    alignas(64) Real rr[block_size], pq[block_size], alpha[block_size], beta[block_size], bound[block_size];
    dot<Real>(r, r, rr);
    const Real relative = std::is_same_v<Real, float> ? Real(1e-12) : Real(1e-26);  // of the squared residual
    for (int l = 0; l < lanes; ++l) {
        bound[l] = relative * rr[l];
    }
    for (int l = 0; l < z.n; ++l) {
        left[l] = rr[l] > 0;
    }
    int n_left = z.n;
    for (int iteration = 0; iteration < 2 * dim + 30 && n_left > 0; ++iteration) {
        m.multiply(p, q, tally);
        for (int i = 0; i < dim; ++i) {
            for (int l = 0; l < lanes; ++l) {
                q(i, l) = p(i, l) + sign * q(i, l);
            }
        }
        dot<Real>(p, q, pq);
        for (int l = 0; l < lanes; ++l) {
            alpha[l] = l < z.n && left[l] && pq[l] > 0 ? rr[l] / pq[l] : Real(0);
        }
        for (int i = 0; i < dim; ++i) {
            for (int l = 0; l < lanes; ++l) {
                w(i, l) += alpha[l] * p(i, l);
                r(i, l) -= alpha[l] * q(i, l);
            }
        }
        std::copy_n(rr, lanes, beta);
        dot<Real>(r, r, rr);
        for (int l = 0; l < lanes; ++l) {
            beta[l] = alpha[l] > 0 ? rr[l] / beta[l] : Real(0);
        }
        for (int i = 0; i < dim; ++i) {
            for (int l = 0; l < lanes; ++l) {
                p(i, l) = r(i, l) + beta[l] * p(i, l);
            }
        }
        n_left = 0;
        bool moving = false;
        for (int l = 0; l < z.n; ++l) {
            left[l] = left[l] && !(rr[l] <= bound[l]);
            n_left += left[l];
            moving |= left[l] && alpha[l] > 0;
        }
        if (!moving) {
            break;
        }
    }
    return n_left;
}

}  // namespace

template <class Real>
void carry_auxiliary(const MidpointStep<Real>& step, bool down, double c, Block<const Real> z, Block<Real> u,
                     unsigned char* failed, Tally& tally) {
    const int dim = z.dim;
    const Real sign = down ? Real(1) : Real(-1);
    Scratch frame;
    const Block<Real> w = take_block<Real>(frame, dim, z.n);
    unsigned char left[block_size];
    std::fill_n(left, z.n, static_cast<unsigned char>(1));
    const bool symmetric = step.density->has_log_density();
    const int n_left = symmetric ? conjugate_gradients<Real>(step, sign, z, u, w, left, tally) : z.n;
    const bool dense = dim <= 64 && step.density->has_hessian();
    if (n_left > 0 && dense) {  // not definite: the spectral radius of M reached 1
        for_each_hessian<Real>(*step.density, z, nullptr, tally, [&](int begin, const Real* hessian) {
            for (int l = begin; l < std::min(begin + lane_group, z.n); ++l) {
                if (!left[l]) {
                    continue;
                }
                Eigen::VectorXd b(dim);
                for (int i = 0; i < dim; ++i) {
                    b[i] = static_cast<double>(u(i, l));
                }
                const Eigen::MatrixXd m =
                    Eigen::MatrixXd::Identity(dim, dim) +
                    static_cast<double>(sign) * lane_matrix(step, dim, hessian, l - begin);
                b = m.partialPivLu().solve(b);
                for (int i = 0; i < dim; ++i) {
                    w(i, l) = static_cast<Real>(b[i]);
                }
                left[l] = !b.allFinite();
            }
        });
    }
    for (int l = 0; l < z.n && n_left > 0; ++l) {
        failed[l] |= left[l];
    }
    // (I + sM)^{-1} (I - sM) u = 2 (I + sM)^{-1} u - u.
    const Real scale = static_cast<Real>(std::exp(down ? c : -c));
    for (int i = 0; i < dim; ++i) {
        for (int l = 0; l < z.lanes(); ++l) {
            u(i, l) = scale * (2 * w(i, l) - u(i, l));
        }
    }
}

namespace {

/// w <- M w / |w| a few times: |M w| / |w| tends to the spectral radius from below (symmetric M).
template <class Real, class Product>
void power_iterations(int lanes, Block<Real> w, Block<Real> next, double* radius, int n, Product product) {
    alignas(64) Real length[block_size];
    for (int iteration = 0; iteration < 8; ++iteration) {
        dot<Real>(w, w, length);
        for (int l = 0; l < lanes; ++l) {
            length[l] = length[l] > 0 ? 1 / std::sqrt(length[l]) : Real(0);
        }
        for (int i = 0; i < w.dim; ++i) {
            for (int l = 0; l < lanes; ++l) {
                w(i, l) *= length[l];
            }
        }
        product(w, next);
        std::swap(w.data, next.data);
    }
    dot<Real>(w, w, length);
    for (int l = 0; l < n; ++l) {
        radius[l] = std::sqrt(static_cast<double>(length[l]));
    }
}

}  // namespace

template <class Real>
void spectral_radii(const MidpointStep<Real>& step, Block<const Real> z, const StreamKey& stream,
                    std::uint32_t first, double* radius, Tally& tally) {
    const int dim = z.dim;
    Scratch frame;
    const Block<Real> w = take_block<Real>(frame, dim, z.n), next = take_block<Real>(frame, dim, z.n);
    fill_normals(stream, first, w);
    if (dim > 8 || !step.density->has_hessian()) {
        const MidpointProducts<Real> m(step, z);
        power_iterations<Real>(z.lanes(), w, next, radius, z.n,
                               [&](Block<Real> from, Block<Real> to) { m.multiply(from, to, tally); });
        return;
    }
    for_each_hessian<Real>(
        *step.density, z, nullptr, tally, [&](int begin, const Real* hessian) {  // cheaper: once
            const int n = std::min(lane_group, z.n - begin);
            const Real half = static_cast<Real>(step.half), linear = static_cast<Real>(step.linear);
            power_iterations<Real>(
                lane_group, {w.data + begin, dim, n}, {next.data + begin, dim, n}, radius + begin, n,
                [&](Block<Real> from, Block<Real> to) {
                    for (int i = 0; i < dim; ++i) {
                        Real sum[lane_group];
                        for (int l = 0; l < lane_group; ++l) {
                            sum[l] = linear * from(i, l);
                        }
                        for (int j = 0; j < dim; ++j) {
                            const Real* h = hessian + (static_cast<std::ptrdiff_t>(i) * dim + j) * block_size;
                            for (int l = 0; l < lane_group; ++l) {
                                sum[l] += h[l] * from(j, l);
                            }
                        }
                        for (int l = 0; l < lane_group; ++l) {
                            to(i, l) = half * sum[l];
                        }
                    }
                });
        });
}

#define TEMPERA_INSTANTIATE(Real)                                                                            \
    template void add_exact_log_det(const MidpointStep<Real>&, Block<const Real>, double*, Tally&);          \
    template void add_hutchinson_log_det(const MidpointStep<Real>&, Block<const Real>, const ProbeRule&,     \
                                         const StreamKey&, std::uint32_t, double*, Tally&);                  \
    template void carry_auxiliary(const MidpointStep<Real>&, bool, double, Block<const Real>, Block<Real>,   \
                                  unsigned char*, Tally&);                                                   \
    template void spectral_radii(const MidpointStep<Real>&, Block<const Real>, const StreamKey&,             \
                                 std::uint32_t, double*, Tally&);
TEMPERA_INSTANTIATE(float)
TEMPERA_INSTANTIATE(double)
#undef TEMPERA_INSTANTIATE

}  // namespace tempera
