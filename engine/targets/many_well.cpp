// SPDX-License-Identifier: MIT
// Many wells (Noe et al. 2019; Midgley et al. 2023, arXiv 2208.01893): pairs of coordinates with energy
// -x/2 - 6 x^2 + x^4 + y^2/2, so 2^(dim/2) modes.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "targets/quadrature.hpp"
#include "targets/target.hpp"

namespace tempera {

namespace {

struct ManyWellSettings {
    int dim = 8;

    void describe(Describer& d) { d.integer("dim", dim, {.min = 2, .max = 1024, .help = "dimension, even"}); }
    void check(const std::string& place, Problems& problems) const {
        if (dim % 2) {
            problems.add(place + ".dim", std::to_string(dim) +
                                             " must be even: wells are pairs of coordinates; try " +
                                             std::to_string(dim + 1));
        }
    }
};

double double_well(double x) { return -0.5 * x - 6 * x * x + x * x * x * x; }

template <class Real>
class ManyWell final : public Target<Real> {
public:
    ManyWell(const ManyWellSettings& s, const TargetContext<Real>&) : dim_(s.dim), n_pairs_(s.dim / 2) {
        const auto density = [](double x) { return std::exp(-double_well(x)); };
        constexpr double reach = 6;  // the density is below e^-1000 of its peak there
        const double right = integrate(density, 0, reach);
        z_ = right + integrate(density, -reach, 0);
        right_ = right / z_;
        mean_ = integrate([&](double x) { return x * density(x); }, -reach, reach) / z_;
        variance_ =
            integrate([&](double x) { return (x - mean_) * (x - mean_) * density(x); }, -reach, reach) / z_;
    }

    int dim() const override { return dim_; }
    std::optional<double> log_z() const override {
        return n_pairs_ * (std::log(z_) + 0.5 * std::log(2 * std::numbers::pi));
    }

    bool has_sampler() const override { return true; }
    /// First coordinates by rejection from 0.2 N(-1.7, 0.5^2) + 0.8 N(1.7, 0.5^2), whose envelope is 3 Z.
    void sample(const StreamKey& key, std::uint32_t first, Block<Real> out) const override {
        for (int lane = 0; lane < out.lanes(); ++lane) {
            Stream stream(key, first + static_cast<std::uint32_t>(lane));
            for (int i = 0; i < dim_; ++i) {
                out(i, lane) = static_cast<Real>(i % 2 ? stream.normal() : sample_well(stream));
            }
        }
    }

    /// Sign patterns of the wells, or the first well's sign where there would be too many.
    int n_modes() const override { return n_pairs_ <= most_pairs ? 1 << n_pairs_ : 2; }
    std::vector<std::string> mode_names() const override {
        std::vector<std::string> out;
        for (int m = 0; m < n_modes(); ++m) {
            std::string name;
            for (int p = 0; p < mode_pairs(); ++p) {
                name += (m >> p) & 1 ? '+' : '-';
            }
            out.push_back(name);
        }
        return out;
    }
    std::vector<double> mode_weights() const override {
        std::vector<double> out;
        for (int m = 0; m < n_modes(); ++m) {
            double w = 1;
            for (int p = 0; p < mode_pairs(); ++p) {
                w *= (m >> p) & 1 ? right_ : 1 - right_;
            }
            out.push_back(w);
        }
        return out;
    }
    std::vector<double> mode_responsibilities(const std::vector<double>& x) const override {
        const std::size_t d = static_cast<std::size_t>(dim_), n = x.size() / d,
                          modes = static_cast<std::size_t>(n_modes());
        std::vector<double> out(n * modes, 0.0);
        for (std::size_t i = 0; i < n; ++i) {
            std::size_t m = 0;
            for (int p = 0; p < mode_pairs(); ++p) {
                m |= static_cast<std::size_t>(x[i * d + 2 * static_cast<std::size_t>(p)] > 0) << p;
            }
            out[i * modes + m] = 1;
        }
        return out;
    }

    std::optional<Eigen::VectorXd> mean() const override { return pairs(mean_, 0); }
    std::optional<Eigen::MatrixXd> covariance() const override {
        return Eigen::MatrixXd(pairs(variance_, 1).asDiagonal());
    }
    double local_variance() const override {
        constexpr double curvature = -12 + 12 * 1.7 * 1.7;  // of the double well near its minima
        return 2 / (curvature + 1);
    }
    /// The first two wells where there are two.
    Eigen::MatrixXd view_plane() const override {
        Eigen::MatrixXd out = Eigen::MatrixXd::Zero(2, dim_);
        out(0, 0) = 1;
        out(1, n_pairs_ > 1 ? 2 : 1) = 1;
        return out;
    }
    Box view_box() const override { return Box::around(0, 0, 3.2, n_pairs_ > 1 ? 3.2 : 4.0); }

protected:
    void evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const override {
        const int lanes = x.lanes();
        if (wanted.log_density) {
            std::fill_n(wanted.log_density, lanes, Real(0));
        }
        for (int i = 0; i < dim_; ++i) {
            const Real* row = x.row(i);
            for (int lane = 0; wanted.log_density && lane < lanes; ++lane) {
                const Real v = row[lane], square = v * v;
                wanted.log_density[lane] -=
                    i % 2 ? Real(0.5) * square : (square - 6) * square - Real(0.5) * v;
            }
            for (int lane = 0; wanted.score && lane < lanes; ++lane) {
                const Real v = row[lane];
                wanted.score[static_cast<std::ptrdiff_t>(i) * block_size + lane] =
                    i % 2 ? -v : Real(0.5) + (12 - 4 * v * v) * v;
            }
            for (int j = 0; wanted.hessian && j < dim_; ++j) {
                Real* h = wanted.hessian + (static_cast<std::ptrdiff_t>(i) * dim_ + j) * block_size;
                for (int lane = 0; lane < lanes; ++lane) {
                    h[lane] = i == j ? curvature(i, row[lane]) : Real(0);
                }
            }
        }
    }
    void hessian_vector_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const override {
        for (int i = 0; i < dim_; ++i) {
            for (int lane = 0; lane < x.lanes(); ++lane) {
                out(i, lane) = curvature(i, x(i, lane)) * v(i, lane);
            }
        }
    }

private:
    static constexpr int most_pairs = 6;

    int mode_pairs() const { return n_pairs_ <= most_pairs ? n_pairs_ : 1; }
    static Real curvature(int i, Real x) { return i % 2 ? Real(-1) : 12 - 12 * x * x; }
    Eigen::VectorXd pairs(double well, double other) const {
        Eigen::VectorXd out(dim_);
        for (int i = 0; i < dim_; ++i) {
            out(i) = i % 2 ? other : well;
        }
        return out;
    }
    double sample_well(Stream& stream) const {
        constexpr double sd = 0.5, centre = 1.7, share = 0.8, envelope = 3;
        const double scale = 1 / (sd * std::sqrt(2 * std::numbers::pi));
        const auto bump = [&](double x, double m) {
            return scale * std::exp(-0.5 * (x - m) * (x - m) / (sd * sd));
        };
        for (;;) {
            const double x = (stream.uniform() < share ? centre : -centre) + sd * stream.normal();
            const double proposal = share * bump(x, centre) + (1 - share) * bump(x, -centre);
            if (stream.uniform() * envelope * z_ * proposal < std::exp(-double_well(x))) {
                return x;
            }
        }
    }

    int dim_, n_pairs_;
    double z_ = 1, right_ = 0.5, mean_ = 0,
           variance_ = 1;  ///< of the double well: normaliser, mass of x > 0, moments
};

}  // namespace

TargetEntry many_well_target() {
    return target_entry<ManyWell, ManyWellSettings>("many_well",
                                                    "dim/2 double wells: 2^(dim/2) modes, exact log Z");
}

}  // namespace tempera
