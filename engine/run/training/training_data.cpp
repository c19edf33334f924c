// SPDX-License-Identifier: MIT
#include "run/training/training_data.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "diagnostics/bootstrap.hpp"
#include "diagnostics/weights.hpp"
#include "run/preset/point_files.hpp"

namespace tempera {

namespace {

namespace fs = std::filesystem;
constexpr const char* place = "model.training.data";
constexpr int most_held_out = 2048;

std::vector<double> exact_points(const Target<double>& target, const TrainingSettings& s, int n,
                                 std::uint32_t draw) {
    if (!target.has_sampler()) {
        throw ConfigError(
            place,
            "\"exact\" needs a target with an exact sampler; give a csv or npy file or a run folder instead");
    }
    Particles<double> particles(n, target.dim());
    StreamKey key;
    key.seed = static_cast<std::uint64_t>(s.seed);
    key = key.with(Purpose::training, draw);
    for (int b = 0; b < particles.n_blocks(); ++b) {
        target.sample(key, static_cast<std::uint32_t>(b * block_size), particles.block(b));
    }
    std::vector<double> out;
    for (int j = 0; j < n; ++j) {
        for (int i = 0; i < target.dim(); ++i) {
            out.push_back(particles(j, i));
        }
    }
    return out;
}

struct Rows {
    std::vector<double> x;
    std::vector<std::size_t> origin;  ///< rows of one origin are copies of one point
};

/// The points of a file or a run, those with weights drawn systematically.
Rows stored_rows(const TrainingSettings& s, int dim) {
    if (!fs::exists(s.data)) {
        throw ConfigError(place, s.data + " does not exist; write your points as rows of an npy file [n, " +
                                     std::to_string(dim) +
                                     "] (numpy.save) and name it with --set model.training.data=FILE, or "
                                     "name a run folder, or \"exact\"");
    }
    StoredPoints points = read_points(s.data, dim, place);
    const auto d = static_cast<std::size_t>(dim);
    Rows out;
    if (points.log_weight.empty()) {
        out.origin.resize(points.x.size() / d);
        out.x = std::move(points.x);
        std::iota(out.origin.begin(), out.origin.end(), std::size_t{0});
        return out;
    }
    StreamKey key;
    key.seed = static_cast<std::uint64_t>(s.seed);
    Stream stream(key.with(Purpose::training, 1), 0);
    out.origin = systematic_points(normalised_weights(points.log_weight), static_cast<std::size_t>(s.n_data),
                                   stream.uniform());
    for (const std::size_t i : out.origin) {
        out.x.insert(out.x.end(), points.x.begin() + static_cast<std::ptrdiff_t>(i * d),
                     points.x.begin() + static_cast<std::ptrdiff_t>((i + 1) * d));
    }
    return out;
}

/// Every tenth origin apart; all copies of a point go the same way.
TrainingPoints split(const Rows& rows, int dim) {
    const std::size_t n = rows.origin.size(), stride = std::max<std::size_t>(10, n / most_held_out);
    TrainingPoints out;
    for (std::size_t j = 0; j < n; ++j) {
        auto& to = rows.origin[j] % stride == stride - 1 ? out.held_out : out.x;
        const auto at = rows.x.begin() + static_cast<std::ptrdiff_t>(j) * dim;
        to.insert(to.end(), at, at + dim);
    }
    if (out.x.empty()) {  // one heavy point: nothing can be spared
        std::swap(out.x, out.held_out);
    }
    return out;
}

}  // namespace

TrainingPoints load_training_points(const Target<double>& target, const TrainingSettings& s,
                                    const Coordinates& coordinates) {
    const int dim = target.dim();
    TrainingPoints out;
    if (s.data == "exact") {
        out = {exact_points(target, s, s.n_data, 0), exact_points(target, s, most_held_out, 2)};
    } else {
        out = split(stored_rows(s, dim), dim);
    }
    return {coordinates.from_target(std::move(out.x)), coordinates.from_target(std::move(out.held_out))};
}

double data_scale(const std::vector<double>& x, int dim) {
    const Eigen::Map<const Eigen::MatrixXd> points(x.data(), dim, static_cast<Eigen::Index>(x.size()) / dim);
    const Eigen::VectorXd mean = points.rowwise().mean();
    const double variance = (points.colwise() - mean).squaredNorm() / static_cast<double>(x.size());
    return variance > 0 ? std::sqrt(variance) : 1.0;
}

double local_scale(const std::vector<double>& x, int dim) {
    const Eigen::Map<const Eigen::MatrixXd> all(x.data(), dim, static_cast<Eigen::Index>(x.size()) / dim);
    const Eigen::Index n = std::min<Eigen::Index>(all.cols(), 1000);
    const Eigen::Index near = std::min<Eigen::Index>(n - 1, n / 20);
    if (near < 1) {
        return 0.1;
    }
    // the distance within which 5 % of the points lie, per coordinate; its low quantile belongs to the
    // tightest mode
    std::vector<double> distance;
    for (Eigen::Index j = 0; j < n; ++j) {
        Eigen::VectorXd d = (all.leftCols(n).colwise() - all.col(j)).colwise().squaredNorm();
        std::nth_element(d.data(), d.data() + near, d.data() + n);
        distance.push_back(std::sqrt(d[near] / dim));
    }
    std::nth_element(distance.begin(), distance.begin() + n / 10, distance.end());
    return std::max(distance[static_cast<std::size_t>(n / 10)], 1e-3);
}

}  // namespace tempera
