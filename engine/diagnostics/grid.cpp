// SPDX-License-Identifier: MIT
#include "diagnostics/grid.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/log_sum_exp.hpp"
#include "core/parallel.hpp"
#include "core/scratch.hpp"
#include "diagnostics/slice.hpp"

namespace tempera {
namespace {

/// Partial grids: a fixed number whatever the threads, so that sums have one order; few for small sets, where
/// merging would cost more than binning.
int partial_grids(int n_blocks) { return std::clamp(n_blocks / 64, 1, 16); }

struct Binning {
    const ViewPlane& plane;
    const Box& box;
    int nx, ny;
    double log_mean_weight;
};

template <class Real>
void bin_block(const Block<const Real>& x, const double* log_weight, const Binning& how, float* out) {
    alignas(64) Real p[2][block_size];
    for (int k = 0; k < 2; ++k) {
        // Bin coordinates straight away: one multiply-add per coordinate and axis.
        const double low = k == 0 ? how.box.x_min : how.box.y_min,
                     high = k == 0 ? how.box.x_max : how.box.y_max;
        const double per_unit = (k == 0 ? how.nx : how.ny) / (high - low);
        double start = -low;
        for (int i = 0; i < x.dim; ++i) {
            start += how.plane.axis[static_cast<std::size_t>(k)][static_cast<std::size_t>(i)] *
                     how.plane.shift[static_cast<std::size_t>(i)];
        }
        std::fill_n(p[k], x.lanes(), static_cast<Real>(start * per_unit));
        for (int i = 0; i < x.dim; ++i) {
            const Real a =
                static_cast<Real>(how.plane.axis[static_cast<std::size_t>(k)][static_cast<std::size_t>(i)] *
                                  how.plane.scale * per_unit);
            if (a == 0) {
                continue;
            }
            const Real* row = x.row(i);
            for (int lane = 0; lane < x.lanes(); ++lane) {
                p[k][lane] += a * row[lane];
            }
        }
    }
    const Real end_x = static_cast<Real>(how.nx), end_y = static_cast<Real>(how.ny);
    for (int lane = 0; lane < x.n; ++lane) {
        const Real px = p[0][lane], py = p[1][lane];
        if (px >= 0 && px < end_x && py >= 0 && py < end_y) {  // false for NaN
            const std::size_t bin =
                static_cast<std::size_t>(static_cast<int>(py)) * static_cast<std::size_t>(how.nx) +
                static_cast<std::size_t>(static_cast<int>(px));
            out[bin] +=
                log_weight ? static_cast<float>(std::exp(log_weight[lane] - how.log_mean_weight)) : 1.0f;
        }
    }
}

/// Fills the grid with density(points) by rows; `place` maps view coordinates to the density's own
/// coordinates: point = origin + x * step[0] + y * step[1]. Values are relative to the largest one.
template <class Real>
void evaluate_on_grid(const Density<Real>& density, const Eigen::VectorXd& origin,
                      const Eigen::MatrixXd& step, Grid& grid) {
    const int dim = density.dim();
    std::vector<double> log_value(grid.value.size());
    const double dx = grid.cell_width(), dy = grid.cell_height();
    parallel_for(grid.ny, [&](int iy) {
        Scratch frame;
        const Block<Real> x{frame.take<Real>(static_cast<std::size_t>(dim) * block_size), dim, block_size};
        Real* out = frame.take<Real>(block_size);
        const double y = grid.box.y_min + (iy + 0.5) * dy;
        for (int start = 0; start < grid.nx; start += block_size) {
            Block<Real> part = x;
            part.n = std::min(block_size, grid.nx - start);
            for (int i = 0; i < dim; ++i) {
                for (int lane = 0; lane < part.lanes(); ++lane) {
                    const double vx = grid.box.x_min + (start + lane + 0.5) * dx;
                    part(i, lane) = static_cast<Real>(origin(i) + step(i, 0) * vx + step(i, 1) * y);
                }
            }
            Wanted<Real> wanted;
            wanted.log_density = out;
            density.evaluate_uncounted(part, wanted);
            std::copy_n(out, part.n, log_value.begin() + static_cast<std::ptrdiff_t>(iy) * grid.nx + start);
        }
    });
    double top = -std::numeric_limits<double>::infinity();
    for (double v : log_value) {
        top = std::isfinite(v) ? std::max(top, v) : top;
    }
    for (std::size_t i = 0; i < log_value.size(); ++i) {
        const double v = std::exp(log_value[i] - top);
        grid.value[i] = std::isfinite(v) ? static_cast<float>(v) : 0.0f;
    }
}

Eigen::MatrixXd axes_matrix(const ViewPlane& plane) {
    const Eigen::Index dim = static_cast<Eigen::Index>(plane.shift.size());
    Eigen::MatrixXd a(2, dim);
    for (Eigen::Index k = 0; k < 2; ++k) {
        for (Eigen::Index i = 0; i < dim; ++i) {
            a(k, i) = plane.axis[static_cast<std::size_t>(k)][static_cast<std::size_t>(i)];
        }
    }
    return a;
}

/// Exact marginal of a mixture given in coordinates y, with target coordinates shift + scale y.
template <class Real>
void marginal_on_grid(const Mixture& mixture, const ViewPlane& plane, Grid& grid) {
    const Eigen::MatrixXd a = axes_matrix(plane);
    const Eigen::Map<const Eigen::VectorXd> shift(plane.shift.data(),
                                                  static_cast<Eigen::Index>(plane.shift.size()));
    // A one-dimensional target has no second axis; its picture is constant in y.
    const bool flat = a.row(1).squaredNorm() == 0;
    const Eigen::MatrixXd used = flat ? Eigen::MatrixXd(a.topRows(1)) : a;
    Mixture marginal = mixture.projected(used * plane.scale);
    const Eigen::VectorXd offset = used * shift;
    for (Mixture::Component& c : marginal.components) {
        c.mean += offset;
    }
    Eigen::MatrixXd step = Eigen::MatrixXd::Identity(used.rows(), 2);
    evaluate_on_grid<Real>(*make_mixture_density<Real>(marginal), Eigen::VectorXd::Zero(used.rows()), step,
                           grid);
}

/// Plane through `centre` (in coordinates y) that projects onto the view one to one.
template <class Real>
void slice_on_grid(const Density<Real>& density, const ViewPlane& plane, const Eigen::VectorXd& centre,
                   Grid& grid) {
    const Eigen::MatrixXd a = axes_matrix(plane) * plane.scale;
    const Eigen::Map<const Eigen::VectorXd> shift(plane.shift.data(),
                                                  static_cast<Eigen::Index>(plane.shift.size()));
    const Eigen::MatrixXd inverse = a.completeOrthogonalDecomposition().pseudoInverse();
    const Eigen::VectorXd seen = axes_matrix(plane) * shift + a * centre;
    evaluate_on_grid<Real>(density, centre - inverse * seen, inverse, grid);
}

template <class Real>
ViewPlane plane_of(const Target<Real>& target) {
    const Eigen::MatrixXd axes = target.view_plane();
    ViewPlane plane;
    for (std::size_t k = 0; k < 2; ++k) {
        for (Eigen::Index i = 0; i < axes.cols(); ++i) {
            plane.axis[k].push_back(axes(static_cast<Eigen::Index>(k), i));
        }
    }
    plane.shift.assign(static_cast<std::size_t>(target.dim()), 0.0);
    plane.box = target.view_box();
    return plane;
}

}  // namespace

std::array<double, 2> ViewPlane::project(std::span<const double> y) const {
    std::array<double, 2> p{0, 0};
    for (std::size_t d = 0; d < y.size(); ++d) {
        const double v = shift[d] + scale * y[d];
        p[0] += axis[0][d] * v;
        p[1] += axis[1][d] * v;
    }
    return p;
}

template <class Real>
ViewPlane view_plane(const Target<Real>& target) {
    return plane_of(target);
}

template <class Real>
ViewPlane view_plane(const DensityPath<Real>& path) {
    ViewPlane plane = plane_of(path.target());
    const Coordinates& c = path.coordinates();
    const Eigen::MatrixXd axes = c.project_rows(axes_matrix(plane));
    const Eigen::VectorXd shift = c.project_rows(c.shift().transpose()).transpose();
    for (std::size_t k = 0; k < 2; ++k) {
        const Eigen::VectorXd axis = axes.row(static_cast<Eigen::Index>(k));
        plane.axis[k].assign(axis.begin(), axis.end());
    }
    plane.shift.assign(shift.begin(), shift.end());
    plane.scale = c.scale();
    return plane;
}

template <class Real>
Grid bin_particles(const Particles<Real>& x, const PerParticle<double>* log_weight, const ViewPlane& plane,
                   const Box& box, int nx, int ny) {
    Grid grid = make_grid(box, nx, ny);
    Binning how{plane, box, nx, ny, 0};
    if (log_weight) {
        how.log_mean_weight = log_sum_exp(log_weight->span()).log_mean();
    }
    const int n_parts = partial_grids(x.n_blocks());
    const std::size_t n_bins = grid.value.size();
    std::vector<std::vector<float>> parts(static_cast<std::size_t>(n_parts - 1));
    parallel_for(n_parts, [&](int part) {
        float* out = grid.value.data();
        if (part > 0) {
            parts[static_cast<std::size_t>(part - 1)].assign(n_bins, 0.0f);
            out = parts[static_cast<std::size_t>(part - 1)].data();
        }
        const int first = static_cast<int>(static_cast<long>(x.n_blocks()) * part / n_parts);
        const int last = static_cast<int>(static_cast<long>(x.n_blocks()) * (part + 1) / n_parts);
        for (int b = first; b < last; ++b) {
            bin_block<Real>(x.block(b), log_weight ? log_weight->block(b) : nullptr, how, out);
        }
    });
    if (!parts.empty()) {
        parallel_for(ny, [&](int iy) {
            float* row = grid.value.data() + static_cast<std::size_t>(iy) * static_cast<std::size_t>(nx);
            for (const std::vector<float>& part : parts) {
                const float* from = part.data() + static_cast<std::size_t>(iy) * static_cast<std::size_t>(nx);
                for (int ix = 0; ix < nx; ++ix) {
                    row[ix] += from[ix];
                }
            }
        });
    }
    find_max(grid);
    return grid;
}

template <class Real>
Grid level_density(const DensityPath<Real>& path, int level, const ViewPlane& plane, const Box& box, int nx,
                   int ny) {
    Grid grid = make_grid(box, nx, ny);
    const bool inner = level > 0 && level < path.n_levels();
    // A learned density is shown as it is where the plane holds all of it; its marginals are not known.
    const bool as_learned = path.learned() && inner && path.dim() == 2 && path.has_level_densities();
    if (const std::optional<Mixture> mixture = path.level_mixture(level); mixture && !as_learned) {
        marginal_on_grid<Real>(*mixture, plane, grid);
    } else if (!path.has_level_densities() && inner) {
        return Grid{};
    } else {
        const Eigen::VectorXd centre = level < path.n_levels()
                                           ? path.coordinates().from_target(slice_centre(path.target()))
                                           : Eigen::VectorXd::Zero(path.dim());
        slice_on_grid<Real>(path.density(level), plane, centre, grid);
    }
    find_max(grid);
    return grid;
}

template <class Real>
Grid exact_level_density(const DensityPath<Real>& path, int level, const ViewPlane& plane, const Box& box,
                         int nx, int ny) {
    const bool inner = level > 0 && level < path.n_levels();
    if (!path.learned() || !inner) {
        return level_density(path, level, plane, box, nx, ny);
    }
    const std::optional<Mixture> mixture = path.level_mixture(level);
    if (!mixture) {
        return Grid{};
    }
    Grid grid = make_grid(box, nx, ny);
    marginal_on_grid<Real>(*mixture, plane, grid);
    find_max(grid);
    return grid;
}

template <class Real>
Grid target_density(const Target<Real>& target, const ViewPlane& plane, const Box& box, int nx, int ny) {
    Grid grid = make_grid(box, nx, ny);
    if (const Mixture* mixture = target.mixture()) {
        marginal_on_grid<Real>(*mixture, plane, grid);
    } else {
        slice_on_grid<Real>(target, plane, slice_centre(target), grid);
    }
    find_max(grid);
    return grid;
}

#define TEMPERA_GRIDS(Real)                                                                                  \
    template ViewPlane view_plane(const Target<Real>&);                                                      \
    template ViewPlane view_plane(const DensityPath<Real>&);                                                 \
    template Grid bin_particles(const Particles<Real>&, const PerParticle<double>*, const ViewPlane&,        \
                                const Box&, int, int);                                                       \
    template Grid level_density(const DensityPath<Real>&, int, const ViewPlane&, const Box&, int, int);      \
    template Grid exact_level_density(const DensityPath<Real>&, int, const ViewPlane&, const Box&, int,      \
                                      int);                                                                  \
    template Grid target_density(const Target<Real>&, const ViewPlane&, const Box&, int, int);

TEMPERA_GRIDS(float)
TEMPERA_GRIDS(double)

}  // namespace tempera
