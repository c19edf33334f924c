// SPDX-License-Identifier: MIT
// The Ising model on a square torus as a density on R^N: pi(x) ~ exp(-x^T A^-1 x / 2) prod_i cosh x_i with
// A = K + alpha 1, K the coupling J/T of neighbours (a Gaussian relaxation by Hubbard and Stratonovich, used
// by Li and Wang 2018). Spins given x are independent with mean tanh x_i; sums over them are exact.
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/scratch.hpp"
#include "targets/ising/kaufman.hpp"
#include "targets/simd_math.hpp"
#include "targets/target.hpp"

namespace tempera {

namespace hn = hwy::HWY_NAMESPACE;

namespace {

struct IsingSettings {
    int size = 16;
    double temperature = 2.269185314213022;

    void describe(Describer& d) {
        d.integer("size", size, {.min = 3, .max = 64, .help = "spins along a side of the torus"});
        d.number("temperature", temperature,
                 {.min = 0.01,
                  .max = 1e6,
                  .log_scale = true,
                  .unit = "J/k",
                  .help = "temperature of the spins; the density has no other"});
    }
};

/// A = K + alpha 1, of which the products of the real Fourier (Hartley) vectors of both axes are
/// eigenvectors.
class Couplings {
public:
    Couplings(int size, double temperature) : size_(size) {
        const double turn = 2 * std::numbers::pi / size;
        for (int k = 0; k < size; ++k) {
            for (int i = 0; i < size; ++i) {
                const double angle = turn * ((k * i) % size);
                hartley_.push_back((std::cos(angle) + std::sin(angle)) / std::sqrt(size));
            }
        }
        for (int k = 0; k < size; ++k) {
            for (int l = 0; l < size; ++l) {
                values_.push_back(2 * (std::cos(turn * k) + std::cos(turn * l)) / temperature +
                                  alpha(temperature));
            }
        }
    }
    /// Larger than the most negative eigenvalue of K, so that A > 0.
    static double alpha(double temperature) { return 0.1 + 4 / temperature; }

    const std::vector<double>& hartley() const { return hartley_; }  ///< [size, size], symmetric, orthogonal
    const std::vector<double>& eigenvalues() const { return values_; }  ///< of A [size, size]
    double log_determinant() const {
        return std::accumulate(values_.begin(), values_.end(), 0.0,
                               [](double sum, double value) { return sum + std::log(value); });
    }
    double harmonic_mean() const {
        return static_cast<double>(values_.size()) /
               std::accumulate(values_.begin(), values_.end(), 0.0,
                               [](double sum, double value) { return sum + 1 / value; });
    }

private:
    int size_;
    std::vector<double> hartley_, values_;
};

template <class Real>
class Ising final : public Target<Real> {
    using D = simd::Tag<Real>;
    using V = simd::Vec<Real>;
    static constexpr int width = simd::width<Real>;

public:
    Ising(const IsingSettings& s, const TargetContext<Real>&) : s_(s), couplings_(s.size, s.temperature) {
        const double n = dim(), alpha = Couplings::alpha(s.temperature);
        log_z_ = ising_log_partition(s.size, s.temperature) + 0.5 * couplings_.log_determinant() -
                 0.5 * n * (std::log(2 / std::numbers::pi) - alpha);
        energy_per_spin_ = ising_mean_energy(s.size, s.temperature);
        for (const double h : couplings_.hartley()) {
            hartley_.push_back(static_cast<Real>(h));
        }
        for (const double value : couplings_.eigenvalues()) {
            inverse_.push_back(static_cast<Real>(1 / value));
        }
    }

    int dim() const override { return s_.size * s_.size; }
    std::optional<double> log_z() const override { return log_z_; }
    int lattice() const override { return s_.size; }

    /// The sign of the magnetisation.
    int n_modes() const override { return 2; }
    std::vector<std::string> mode_names() const override { return {"up", "down"}; }
    std::vector<double> mode_weights() const override { return {0.5, 0.5}; }
    std::vector<double> mode_responsibilities(const std::vector<double>& x) const override {
        const auto d = static_cast<std::size_t>(dim());
        std::vector<double> out(2 * (x.size() / d), 0.0);
        for (std::size_t i = 0; i < x.size() / d; ++i) {
            double sum = 0;
            for (std::size_t k = 0; k < d; ++k) {
                sum += std::tanh(x[i * d + k]);
            }
            out[2 * i + (sum < 0)] = 1;
        }
        return out;
    }

    std::optional<double> temperature() const override { return {}; }  // it shapes the relaxed density
    std::vector<Observable> observables() const override {
        return {{.name = "energy"},
                {.name = "magnetisation", .exact = 0.0},
                {.name = "abs_magnetisation"},
                {.name = "energy_per_spin", .unit = "J", .exact = energy_per_spin_}};
    }
    /// Means over the spins given x: their covariance vanishes, so no average over spins is left to draw.
    void observe(Block<const Real> x, Block<double> out) const override {
        Target<Real>::observe(x, out);
        const int n = s_.size;
        std::vector<double> spin(static_cast<std::size_t>(dim()));
        for (int lane = 0; lane < x.lanes(); ++lane) {
            for (int i = 0; i < dim(); ++i) {
                spin[static_cast<std::size_t>(i)] = std::tanh(static_cast<double>(x(i, lane)));
            }
            const auto at = [&](int row, int column) {
                return spin[static_cast<std::size_t>((row % n) * n + column % n)];
            };
            double sum = 0, bonds = 0;
            for (int row = 0; row < n; ++row) {
                for (int column = 0; column < n; ++column) {
                    sum += at(row, column);
                    bonds += at(row, column) * (at(row, column + 1) + at(row + 1, column));
                }
            }
            out(1, lane) = sum / dim();
            out(2, lane) = std::abs(sum) / dim();
            out(3, lane) = -bonds / dim();
        }
    }

    /// The narrowest directions are those of A's smallest eigenvalues; log cosh widens all by at most 1.
    double local_variance() const override { return couplings_.harmonic_mean(); }
    Box view_box() const override {
        const double half = 3 * std::sqrt(Couplings::alpha(s_.temperature)) + 8 / s_.temperature;
        return Box::around(0, 0, half, half);
    }

protected:
    void evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const override {
        const D tag;
        Scratch frame;
        const auto size = static_cast<std::size_t>(dim()) * width;
        Real *pull = frame.take<Real>(size), *work = frame.take<Real>(size);
        for (int lane = 0; (wanted.log_density || wanted.score) && lane < x.lanes(); lane += width) {
            multiply_inverse(x, lane, pull, work);
            V log_density = hn::Zero(tag);
            for (int i = 0; i < dim(); ++i) {
                const V at = hn::Load(tag, x.row(i) + lane), pulled = hn::Load(tag, pull + i * width),
                        size_of = hn::Abs(at), fall = hn::Exp(tag, hn::Mul(hn::Set(tag, Real(-2)), size_of));
                if (wanted.log_density) {
                    // log cosh x = |x| - log 2 + log(1 + e^{-2|x|})
                    log_density = hn::Add(log_density, hn::Add(size_of, hn::Log1p(tag, fall)));
                    log_density = hn::NegMulAdd(hn::Set(tag, Real(0.5)), hn::Mul(at, pulled), log_density);
                }
                if (wanted.score) {
                    hn::Store(hn::Sub(tanh_of(at, fall), pulled), tag,
                              wanted.score + static_cast<std::ptrdiff_t>(i) * block_size + lane);
                }
            }
            if (wanted.log_density) {
                const V constant = hn::Set(tag, static_cast<Real>(-dim() * std::numbers::ln2));
                hn::Store(hn::Add(log_density, constant), tag, wanted.log_density + lane);
            }
        }
        if (wanted.hessian) {
            fill_hessian(x, wanted.hessian);
        }
    }
    void hessian_vector_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const override {
        const D tag;
        Scratch frame;
        const auto size = static_cast<std::size_t>(dim()) * width;
        Real *pull = frame.take<Real>(size), *work = frame.take<Real>(size);
        for (int lane = 0; lane < x.lanes(); lane += width) {
            multiply_inverse(v, lane, pull, work);
            for (int i = 0; i < dim(); ++i) {
                const V bend = curvature(hn::Load(tag, x.row(i) + lane));
                hn::Store(hn::MulSub(bend, hn::Load(tag, v.row(i) + lane), hn::Load(tag, pull + i * width)),
                          tag, out.row(i) + lane);
            }
        }
    }

private:
    /// tanh x with fall = e^{-2|x|}.
    static HWY_INLINE V tanh_of(V x, V fall) {
        const V one = hn::Set(D(), Real(1));
        return hn::CopySign(hn::Div(hn::Sub(one, fall), hn::Add(one, fall)), x);
    }
    /// 1 - tanh^2 x.
    static HWY_INLINE V curvature(V x) {
        const D tag;
        const V one = hn::Set(tag, Real(1)), fall = hn::Exp(tag, hn::Mul(hn::Set(tag, Real(-2)), hn::Abs(x))),
                below = hn::Add(one, fall);
        return hn::Div(hn::Mul(hn::Set(tag, Real(4)), fall), hn::Mul(below, below));
    }

    /// A^-1 x for one vector of lanes: to the eigenvectors, along both axes, and back.
    void multiply_inverse(Block<const Real> x, int lane, Real* out, Real* work) const {
        const D tag;
        const int n = s_.size;
        for (int i = 0; i < dim(); ++i) {
            hn::Store(hn::Load(tag, x.row(i) + lane), tag, work + i * width);
        }
        along_axis(work, out, 1, n), along_axis(out, work, n, 1);
        for (int i = 0; i < dim(); ++i) {
            hn::Store(
                hn::Mul(hn::Set(tag, inverse_[static_cast<std::size_t>(i)]), hn::Load(tag, work + i * width)),
                tag, work + i * width);
        }
        along_axis(work, out, 1, n), along_axis(out, work, n, 1);
        for (int i = 0; i < dim(); ++i) {
            hn::Store(hn::Load(tag, work + i * width), tag, out + i * width);
        }
    }
    /// Hartley transform of every line whose elements are `stride` apart and whose starts are `next` apart.
    void along_axis(const Real* in, Real* out, int stride, int next) const {
        const D tag;
        constexpr int tile = 8;
        const int n = s_.size;
        for (int line = 0; line < n; ++line) {
            const Real* from = in + line * next * width;
            Real* to = out + line * next * width;
            for (int k = 0; k < n; k += tile) {
                V sum[tile];
                for (V& part : sum) {
                    part = hn::Zero(tag);
                }
                const int n_rows = std::min(tile, n - k);
                for (int i = 0; i < n; ++i) {
                    const V value = hn::Load(tag, from + i * stride * width);
                    const Real* factor = hartley_.data() + i * n + k;
                    if (n_rows == tile) {
                        for (int r = 0; r < tile; ++r) {
                            sum[r] = hn::MulAdd(hn::Set(tag, factor[r]), value, sum[r]);
                        }
                    } else {
                        for (int r = 0; r < n_rows; ++r) {
                            sum[r] = hn::MulAdd(hn::Set(tag, factor[r]), value, sum[r]);
                        }
                    }
                }
                for (int r = 0; r < n_rows; ++r) {
                    hn::Store(sum[r], tag, to + (k + r) * stride * width);
                }
            }
        }
    }
    /// -A^-1, the same for every particle, and 1 - tanh^2 on the diagonal.
    void fill_hessian(Block<const Real> x, Real* hessian) const {
        const int d = dim(), n = s_.size;
        std::vector<double> first(static_cast<std::size_t>(d), 0.0);  // A^-1 between spin 0 and the others
        for (int row = 0; row < n; ++row) {
            for (int column = 0; column < n; ++column) {
                for (int k = 0; k < n; ++k) {
                    for (int l = 0; l < n; ++l) {
                        first[static_cast<std::size_t>(row * n + column)] +=
                            std::cos(2 * std::numbers::pi * (k * row + l * column) / n) /
                            couplings_.eigenvalues()[static_cast<std::size_t>(k * n + l)] / d;
                    }
                }
            }
        }
        for (int i = 0; i < d; ++i) {
            for (int j = 0; j < d; ++j) {
                const int row = std::abs(i / n - j / n), column = std::abs(i % n - j % n);
                Real* out = hessian + (static_cast<std::ptrdiff_t>(i) * d + j) * block_size;
                std::fill_n(out, x.lanes(),
                            static_cast<Real>(-first[static_cast<std::size_t>(row * n + column)]));
                for (int lane = 0; i == j && lane < x.lanes(); lane += width) {
                    const V bend = curvature(hn::Load(D(), x.row(i) + lane));
                    hn::Store(hn::Add(hn::Load(D(), out + lane), bend), D(), out + lane);
                }
            }
        }
    }

    IsingSettings s_;
    Couplings couplings_;
    double log_z_ = 0, energy_per_spin_ = 0;
    std::vector<Real> hartley_, inverse_;
};

}  // namespace

TargetEntry ising_target() {
    return make_entry<Target, TargetContext, Ising, IsingSettings>(
        "target", "ising", "the Ising model on a torus, relaxed to real numbers; log Z exact");
}

}  // namespace tempera
