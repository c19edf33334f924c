// SPDX-License-Identifier: MIT
#include "targets/survey.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/number.hpp"
#include "core/rng.hpp"
#include "targets/second_derivatives.hpp"

namespace tempera {

namespace {

/// Log densities on the cells of a box, midpoints; [ny][nx].
struct Scan {
    Box box;
    int nx = 0, ny = 0;
    std::vector<double> log_density;
    double top = minus_infinity;

    double x(int ix) const { return box.x_min + (ix + 0.5) * box.width() / nx; }
    double y(int iy) const { return box.y_min + (iy + 0.5) * box.height() / ny; }
    /// Relative to the highest cell.
    double mass(int ix, int iy) const {
        return std::exp(log_density[static_cast<std::size_t>(iy) * static_cast<std::size_t>(nx) +
                                    static_cast<std::size_t>(ix)] -
                        top);
    }
};

struct Cells {
    int x, y;
    Cells finer() const { return {x + x / 2, y + y / 2}; }  // one cell stays one
};

struct Range {
    double low, high;
    bool is_open;  ///< more than a tail lies at an end
    double width() const { return high - low; }
};

/// Where all of a profile but `tail` at either end lies; ends that hold more than that are pushed out.
Range cut(const std::vector<double>& profile, double low, double high, double tail) {
    const int n = static_cast<int>(profile.size());
    const double total = std::accumulate(profile.begin(), profile.end(), 0.0);
    const auto first_beyond = [&](auto begin, auto end) {
        double sum = 0;
        const auto at = std::find_if(begin, end, [&](double p) { return (sum += p) > tail * total; });
        return static_cast<int>(at - begin);
    };
    const int left = first_beyond(profile.begin(), profile.end()),
              right = first_beyond(profile.rbegin(), profile.rend());
    const double cell = (high - low) / n, grown = 0.5 * (high - low), margin = 0.05 * (high - low);
    const bool open_left = left == 0, open_right = right == 0;
    const double to_left = low + left * cell, to_right = high - right * cell;
    return {open_left ? low - grown : std::max(low, to_left - margin),
            open_right ? high + grown : std::min(high, to_right + margin), open_left || open_right};
}

struct Mode {
    double log_mass;  ///< but for a constant
    double variance;  ///< harmonic mean over directions; perhaps not positive
    std::array<double, 2> width;
};

class Surveyor {
public:
    Surveyor(const Density<double>& density, long most_points)
        : density_(density), dim_(density.dim()), left_(most_points), x_(block_size, dim_),
          best_(Eigen::VectorXd::Zero(dim_)) {}

    Survey survey() {
        Survey out;
        climb();
        if (top_ == minus_infinity) {
            return out;
        }
        weigh_modes();
        out.local_variance = local_variance();
        const Box start = around_modes();
        constexpr double seen = 2e-3, whole = 1e-9;  // of the mass, beyond either side
        Box box = start;
        const bool is_found = follow(box, seen);
        if (const Box view = with_margin(box, 0.1); is_found && shows(view)) {
            out.box = view;
        } else if (shows(start)) {
            out.box = start;
        }
        if (is_found && dim_ <= 2 && !is_unbounded_ && follow(box, whole)) {
            integrate(box, out);
        }
        return out;
    }

private:
    /// Not so far out that the numbers of its points are the same.
    static bool shows(const Box& box) {
        constexpr double least = 1e-9, most = 1e12;
        return box.width() > least * std::abs(box.centre_x()) && box.width() < most &&
               box.height() > least * std::abs(box.centre_y()) && box.height() < most;
    }
    static Box with_margin(const Box& box, double share) {
        return Box::around(box.centre_x(), box.centre_y(), (0.5 + share) * box.width(),
                           (0.5 + share) * box.height());
    }

    /// Ascents by steps along the score, longer after a success and shorter after a failure, of a block.
    void climb() {
        constexpr int n_steps = 150, n_scales = 8;
        const Block<double> at = x_.block(0);
        Particles<double> to(block_size, dim_), score(block_size, dim_), next_score(block_size, dim_);
        PerParticle<double> next(block_size);
        std::vector<double> step(block_size);
        value_ = PerParticle<double>(block_size);
        fill_normals(StreamKey{.purpose = Purpose::pilot}, 0, at);
        for (int l = 0; l < block_size; ++l) {
            const double scale = std::pow(10, -1 + 3.0 * (l % n_scales) / (n_scales - 1));
            step[static_cast<std::size_t>(l)] = 0.3 * scale;
            for (int i = 0; i < dim_; ++i) {
                at(i, l) *= l == 0 ? 0 : scale;
            }
        }
        density_.evaluate_uncounted(at, {value_.block(0), score.block(0).data});
        for (int k = 0; k < n_steps && left_ > 0; ++k, left_ -= block_size) {
            propose(score.block(0), step, to.block(0));
            density_.evaluate_uncounted(to.block(0), {next.block(0), next_score.block(0).data});
            for (int l = 0; l < block_size; ++l) {
                const bool better = next[l] > value_[l] && next[l] < infinity;
                step[static_cast<std::size_t>(l)] *= better ? 1.6 : 0.35;
                value_[l] = better ? next[l] : value_[l];
                for (int i = 0; better && i < dim_; ++i) {
                    at(i, l) = to(l, i), score(l, i) = next_score(l, i);
                }
            }
        }
        for (int l = 0; l < block_size; ++l) {
            is_unbounded_ = is_unbounded_ || value_[l] == infinity;
            if (value_[l] > top_ && value_[l] < infinity) {
                top_ = value_[l];
                best_ = Eigen::VectorXd::NullaryExpr(
                    dim_, [&](Eigen::Index i) { return at(static_cast<int>(i), l); });
            }
        }
    }

    void propose(Block<const double> score, const std::vector<double>& step, Block<double> to) const {
        for (int l = 0; l < block_size; ++l) {
            double square = 0;
            for (int i = 0; i < dim_; ++i) {
                square += score(i, l) * score(i, l);
            }
            const double factor =
                square > 0 && square < infinity ? step[static_cast<std::size_t>(l)] / std::sqrt(square) : 0;
            for (int i = 0; i < dim_; ++i) {
                to(i, l) = x_.block(0)(i, l) + (factor > 0 ? factor * score(i, l) : 0.0);
            }
        }
    }

    /// The curvature at the end of a climb tells of a mode: its mass, as of a Gaussian with these widths.
    void weigh_modes() {
        constexpr double flat = 1e-6, unknown = 1;
        Particles<double> at(lane_group, dim_), second(lane_group, dim_);
        for (int first = 0; first < block_size; first += lane_group) {
            for (int l = 0; l < lane_group; ++l) {
                for (int i = 0; i < dim_; ++i) {
                    at(l, i) = x_(first + l, i);
                }
            }
            second_derivatives(density_, at.block(0), second.block(0));
            for (int l = 0; l < lane_group; ++l) {
                Mode mode{value_[first + l] < infinity ? value_[first + l] : minus_infinity, 0, {1, 1}};
                double trace = 0;
                for (int i = 0; i < dim_; ++i) {
                    const double curvature = -second(l, i);
                    const double width =
                        curvature > flat && curvature < infinity ? 1 / std::sqrt(curvature) : unknown;
                    trace += curvature, mode.log_mass += std::log(width);
                    if (i < 2) {
                        mode.width[static_cast<std::size_t>(i)] = width;
                    }
                }
                mode.variance = dim_ / trace;
                top_mass_ = std::max(top_mass_, mode.log_mass);
                modes_.push_back(mode);
            }
        }
    }

    double local_variance() const {
        constexpr double depth = 3;
        double least = infinity;
        for (const Mode& mode : modes_) {
            if (mode.log_mass > top_mass_ - depth && mode.variance > 0) {
                least = std::min(least, mode.variance);
            }
        }
        return least < infinity ? least : 1.0;
    }

    /// Least width along the first axes of a mode that matters.
    std::array<double, 2> narrowest() const {
        constexpr double depth = 10;
        std::array<double, 2> out{infinity, infinity};
        for (const Mode& mode : modes_) {
            for (std::size_t i = 0; i < 2 && mode.log_mass > top_mass_ - depth; ++i) {
                out[i] = std::min(out[i], mode.width[i]);
            }
        }
        return out;
    }

    /// The ends of climbs in the first two coordinates, and a few widths around.
    Box around_modes() const {
        constexpr double depth = 15, reach = 4;
        double low[2]{infinity, dim_ == 1 ? -1 : infinity},
            high[2]{minus_infinity, dim_ == 1 ? 1 : minus_infinity};
        for (int l = 0; l < block_size; ++l) {
            const Mode& mode = modes_[static_cast<std::size_t>(l)];
            for (int i = 0; i < std::min(dim_, 2) && mode.log_mass > top_mass_ - depth; ++i) {
                const double margin = reach * mode.width[static_cast<std::size_t>(i)];
                low[i] = std::min(low[i], x_(l, i) - margin), high[i] = std::max(high[i], x_(l, i) + margin);
            }
        }
        return {low[0], high[0], low[1], high[1]};
    }

    /// Log densities at the cells' centres; empty where too many points were asked for.
    Scan scan(const Box& box, Cells n) {
        Scan out{box, n.x, n.y, {}, minus_infinity};
        const long n_points = static_cast<long>(out.nx) * out.ny;
        if (n_points > left_ || !box.has_area() || !std::isfinite(box.width() * box.height())) {
            return out;
        }
        left_ -= n_points;
        out.log_density.resize(static_cast<std::size_t>(n_points));
        Particles<double> at(block_size, dim_);
        PerParticle<double> value(block_size);
        const Block<double> x = at.block(0);
        for (int i = 0; i < dim_; ++i) {
            std::fill_n(x.row(i), block_size, best_(i));
        }
        for (long first = 0; first < n_points; first += block_size) {
            const int n_here = static_cast<int>(std::min<long>(block_size, n_points - first));
            for (int l = 0; l < n_here; ++l) {
                x(0, l) = out.x(static_cast<int>((first + l) % out.nx));
                if (dim_ > 1) {
                    x(1, l) = out.y(static_cast<int>((first + l) / out.nx));
                }
            }
            density_.evaluate_uncounted({x.data, dim_, n_here}, {.log_density = value.block(0)});
            for (int l = 0; l < n_here; ++l) {
                is_unbounded_ = is_unbounded_ || value[l] == infinity;
                const double v = value[l] < infinity ? value[l] : minus_infinity;
                out.log_density[static_cast<std::size_t>(first + l)] = v;
                out.top = std::max(out.top, v);
            }
        }
        return out;
    }

    /// Moves the box until it holds all of the mass but `tail` beyond each side; false when it finds no end.
    bool follow(Box& box, double tail) {
        constexpr int n_rounds = 40;
        constexpr double still = 0.1, farthest = 1e12;
        const Cells n = dim_ == 1 ? Cells{1024, 1} : Cells{96, 96};
        for (int k = 0; k < n_rounds; ++k) {
            const Scan s = scan(box, n);
            if (s.top == minus_infinity) {
                return false;
            }
            std::vector<double> along_x(static_cast<std::size_t>(s.nx)),
                along_y(static_cast<std::size_t>(s.ny));
            for (int iy = 0; iy < s.ny; ++iy) {
                for (int ix = 0; ix < s.nx; ++ix) {
                    const double mass = s.mass(ix, iy);
                    along_x[static_cast<std::size_t>(ix)] += mass,
                        along_y[static_cast<std::size_t>(iy)] += mass;
                }
            }
            const Range x = cut(along_x, box.x_min, box.x_max, tail);
            const Range y =
                dim_ == 1 ? Range{box.y_min, box.y_max, false} : cut(along_y, box.y_min, box.y_max, tail);
            const bool done = !x.is_open && !y.is_open && x.width() > (1 - still) * box.width() &&
                              y.width() > (1 - still) * box.height();
            if (x.width() > farthest || y.width() > farthest) {
                return false;
            }
            box = {x.low, x.high, y.low, y.high};
            if (done) {
                return true;
            }
        }
        return false;
    }

    struct Moments {
        double log_mass;
        Eigen::Vector2d mean;
        Eigen::Matrix2d covariance;
    };

    std::optional<Moments> moments(const Box& box, Cells n) {
        const Scan s = scan(box, n);
        if (s.top == minus_infinity) {
            return {};
        }
        double total = 0;
        Eigen::Vector2d first(0, 0), centre(box.centre_x(), box.centre_y());
        Eigen::Matrix2d second = Eigen::Matrix2d::Zero();
        for (int iy = 0; iy < s.ny; ++iy) {
            for (int ix = 0; ix < s.nx; ++ix) {
                const double mass = s.mass(ix, iy);
                const Eigen::Vector2d offset = Eigen::Vector2d(s.x(ix), s.y(iy)) - centre;
                total += mass, first += mass * offset, second += mass * offset * offset.transpose();
            }
        }
        const Eigen::Vector2d shift = first / total;
        const double cell = box.width() / s.nx * (dim_ == 1 ? 1 : box.height() / s.ny);
        return Moments{s.top + std::log(total * cell), centre + shift,
                       second / total - shift * shift.transpose()};
    }

    /// What coarse grids of ever wider boxes see beyond this one, relative to its mass: where narrow modes
    /// draw all climbs, a wide one is met so.
    double mass_beyond(const Box& box, double log_mass) {
        constexpr double widest = 1e6;
        double largest = 0;
        for (double half = 2; half < widest; half *= 4) {  // in widths of the box
            const Scan s = scan(with_margin(box, half), dim_ == 1 ? Cells{1024, 1} : Cells{96, 96});
            const double cell = s.box.width() / s.nx * (dim_ == 1 ? 1 : s.box.height() / s.ny);
            if (s.log_density.empty()) {
                return infinity;  // too many points to be sure
            }
            double sum = 0;
            for (int iy = 0; iy < s.ny && s.top > minus_infinity; ++iy) {
                for (int ix = 0; ix < s.nx; ++ix) {
                    const bool is_beyond = std::abs(s.x(ix) - box.centre_x()) > 0.5 * box.width() ||
                                           std::abs(s.y(iy) - box.centre_y()) > 0.5 * box.height();
                    sum += is_beyond ? s.mass(ix, iy) : 0;
                }
            }
            largest = std::max(largest, sum * cell * std::exp(s.top - log_mass));
        }
        return largest;
    }

    /// Cells no wider than the narrowest mode found, finer until the integral stands still.
    void integrate(const Box& box, Survey& out) {
        constexpr double grids_agree = 1e-5, boxes_agree = 1e-4, most_cells = 1e6;
        constexpr int n_grids = 5;
        const std::array<double, 2> width = narrowest();
        const double across_x = box.width() / width[0], across_y = box.height() / width[1];
        if (!(across_x < most_cells && across_y < most_cells)) {
            return;
        }
        Cells n = dim_ == 1 ? Cells{std::max(1024, static_cast<int>(across_x)), 1}
                            : Cells{std::max(96, static_cast<int>(across_x)),
                                    std::max(96, static_cast<int>(across_y))};
        std::optional<Moments> coarse = moments(box, n);
        for (int k = 0; k < n_grids && coarse; ++k) {
            n = n.finer();
            const std::optional<Moments> fine = moments(box, n);
            if (fine && std::abs(fine->log_mass - coarse->log_mass) < grids_agree) {
                const std::optional<Moments> wide = moments(with_margin(box, 0.25), n.finer());
                if (wide && std::abs(wide->log_mass - fine->log_mass) < boxes_agree &&
                    mass_beyond(box, fine->log_mass) < boxes_agree && !is_unbounded_) {
                    out.log_z = wide->log_mass;
                    out.mean = wide->mean.head(dim_);
                    out.covariance = wide->covariance.topLeftCorner(dim_, dim_);
                }
                return;
            }
            coarse = fine;
        }
    }

    const Density<double>& density_;
    int dim_;
    long left_;            ///< points that may yet be evaluated
    Particles<double> x_;  ///< ends of the climbs
    PerParticle<double> value_;
    Eigen::VectorXd best_;
    double top_ = minus_infinity;
    std::vector<Mode> modes_;  ///< at the ends of the climbs
    double top_mass_ = minus_infinity;
    bool is_unbounded_ = false;  ///< the log density is +infinity somewhere
};

}  // namespace

Survey survey(const Density<double>& density, long most_points) {
    return Surveyor(density, most_points).survey();
}

}  // namespace tempera
