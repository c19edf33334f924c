// SPDX-License-Identifier: MIT
#include "run/training_data.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/npy.hpp"

namespace tempera {

namespace {

namespace fs = std::filesystem;
constexpr const char* place = "model.training.data";

std::vector<double> exact_points(const Target<double>& target, const TrainingSettings& s) {
    if (!target.has_sampler()) {
        throw ConfigError(
            place,
            "\"exact\" needs a target with an exact sampler; give an npy file or a run folder instead");
    }
    Particles<double> particles(s.n_data, target.dim());
    StreamKey key;
    key.seed = static_cast<std::uint64_t>(s.seed);
    key.purpose = Purpose::training;
    for (int b = 0; b < particles.n_blocks(); ++b) {
        target.sample(key, static_cast<std::uint32_t>(b * block_size), particles.block(b));
    }
    std::vector<double> out;
    for (int j = 0; j < s.n_data; ++j) {
        for (int i = 0; i < target.dim(); ++i) {
            out.push_back(particles(j, i));
        }
    }
    return out;
}

void check_shape(const NpyArray& a, int dim, const std::string& name) {
    if (a.shape.size() != 2 || a.shape[1] != static_cast<std::size_t>(dim) || a.shape[0] == 0) {
        std::string shape;
        for (const std::size_t n : a.shape) {
            shape += (shape.empty() ? "" : ", ") + std::to_string(n);
        }
        throw ConfigError(place, name + " has shape [" + shape + "]; points of this target need [n, " +
                                     std::to_string(dim) + "]");
    }
}

/// Weighted points of a run, drawn systematically.
std::vector<double> run_points(const fs::path& folder, int dim, const TrainingSettings& s) {
    const Npz arrays = read_npz(folder / "samples.npz");
    if (!arrays.contains("x") || !arrays.contains("log_weight")) {
        throw ConfigError(place, folder.string() + " holds no weighted samples");
    }
    check_shape(arrays.at("x"), dim, (folder / "samples.npz").string());
    const std::vector<double> x = arrays.at("x").to_doubles(),
                              log_weight = arrays.at("log_weight").to_doubles();
    const double top = *std::max_element(log_weight.begin(), log_weight.end());
    if (!std::isfinite(top) || log_weight.size() * static_cast<std::size_t>(dim) != x.size()) {
        throw ConfigError(place, folder.string() + " holds weights that cannot be used");
    }
    std::vector<double> cumulative;
    double sum = 0;
    for (const double w : log_weight) {
        cumulative.push_back(sum += std::exp(w - top));
    }
    StreamKey key;
    key.seed = static_cast<std::uint64_t>(s.seed);
    Stream stream(key.with(Purpose::training, 1), 0);
    const double offset = stream.uniform();
    std::vector<double> out;
    std::size_t at = 0;
    for (int j = 0; j < s.n_data; ++j) {
        while (at + 1 < cumulative.size() && cumulative[at] < (j + offset) / s.n_data * sum) {
            ++at;
        }
        out.insert(out.end(), x.begin() + static_cast<std::ptrdiff_t>(at) * dim,
                   x.begin() + static_cast<std::ptrdiff_t>(at + 1) * dim);
    }
    return out;
}

}  // namespace

std::vector<double> load_training_points(const Target<double>& target, const TrainingSettings& s,
                                         const Eigen::VectorXd& shift, double scale) {
    const int dim = target.dim();
    std::vector<double> x;
    if (s.data == "exact") {
        x = exact_points(target, s);
    } else if (fs::is_directory(s.data)) {
        x = run_points(s.data, dim, s);
    } else {
        if (!fs::exists(s.data)) {
            throw ConfigError(place, s.data + " does not exist; write \"exact\", an npy file [n, " +
                                         std::to_string(dim) + "] or a run folder");
        }
        const NpyArray a = read_npy(s.data);
        check_shape(a, dim, s.data);
        x = a.to_doubles();
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (!std::isfinite(x[i])) {
            throw ConfigError(place, s.data + " holds a value that is no number in row " +
                                         std::to_string(i / static_cast<std::size_t>(dim)));
        }
        x[i] = (x[i] - shift[static_cast<Eigen::Index>(i % static_cast<std::size_t>(dim))]) / scale;
    }
    return x;
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
