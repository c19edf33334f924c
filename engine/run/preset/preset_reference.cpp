// SPDX-License-Identifier: MIT
#include "run/preset/preset_reference.hpp"

#include <algorithm>
#include <utility>

#include "core/recent.hpp"
#include "diagnostics/weights.hpp"
#include "run/preset/point_files.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_files.hpp"
#include "run/preset/preset_schema.hpp"
#include "run/preset/preset_target.hpp"

namespace tempera {

namespace {

constexpr const char* place = "run.reference";

template <class Real>
std::vector<double> exact_points(const Target<Real>& target, std::uint64_t seed) {
    if (!target.has_sampler()) {
        throw ConfigError(place, no_exact_reference);
    }
    StreamKey key;
    key.seed = seed;
    key = key.with(Purpose::diagnostic, reference_stream);
    Particles<Real> particles(exact_reference_points, target.dim());
    std::vector<double> out;
    out.reserve(static_cast<std::size_t>(particles.size()) * static_cast<std::size_t>(target.dim()));
    for (int b = 0; b < particles.n_blocks(); ++b) {
        target.sample(key, static_cast<std::uint32_t>(b * block_size), particles.block(b));
    }
    for (int j = 0; j < particles.size(); ++j) {
        for (int i = 0; i < target.dim(); ++i) {
            out.push_back(static_cast<double>(particles(j, i)));
        }
    }
    return out;
}

/// A preset is checked at every edit, and files of many points take long to read: the latest ones are kept.
std::shared_ptr<const StoredPoints> stored_points(const std::filesystem::path& file, int dim) {
    static auto& kept = *new Recent<std::pair<FileStamp, int>, StoredPoints>(2);
    std::error_code unknown;
    const bool is_run = std::filesystem::is_directory(file, unknown);
    return kept.get({FileStamp(is_run ? file / "samples.npz" : file), dim},
                    [&] { return read_points(file, dim, place); });
}

/// Keeps the points that have weight.
void keep_weighted(ReferencePoints& points, std::vector<double> weight, std::size_t dim) {
    for (std::size_t i = 0; i < weight.size(); ++i) {
        if (weight[i] > 0) {
            const std::size_t to = points.weight.size();
            std::copy_n(points.x.begin() + static_cast<std::ptrdiff_t>(i * dim), dim,
                        points.x.begin() + static_cast<std::ptrdiff_t>(to * dim));
            points.weight.push_back(weight[i]);
        }
    }
    points.x.resize(points.weight.size() * dim);
}

void check_number(const std::string& name, std::size_t n) {
    if (n < least_reference_points) {
        throw ConfigError(place, "\"" + name + "\" holds " + std::to_string(n) +
                                     " points with a weight; a comparison needs " +
                                     std::to_string(least_reference_points) + " at least");
    }
}

}  // namespace

template <class Real>
std::shared_ptr<const ReferencePoints> load_reference(const Json& resolved, const Target<Real>& target) {
    const Json setting = get_value(resolved, place);
    const std::string name = setting.is_string() ? setting.get<std::string>() : "";
    if (name.empty()) {
        return nullptr;
    }
    const auto dim = static_cast<std::size_t>(target.dim());
    auto out = std::make_shared<ReferencePoints>();
    out->name = name;
    std::vector<double> weight;
    if (name == "exact") {
        out->x = exact_points(target, resolved["run"]["seed"].get<std::uint64_t>());
    } else {
        const auto stored = stored_points(find_file(resolved, name), target.dim());
        out->x = stored->x;
        weight = normalised_weights(stored->log_weight);
    }
    if (weight.empty()) {
        weight.assign(out->x.size() / dim, static_cast<double>(dim) / static_cast<double>(out->x.size()));
    }
    keep_weighted(*out, std::move(weight), dim);
    check_number(name, out->size());
    if (const auto subspace = target.subspace()) {
        const Coordinates onto(Eigen::VectorXd::Zero(target.dim()), 1, subspace);
        out->x = onto.to_target(onto.from_target(std::move(out->x)));
    }
    return out;
}

void check_reference(const Json& resolved, Problems& problems) {
    const std::string name = text_of(resolved["run"], "reference");
    if (name.empty()) {
        return;
    }
    try {
        const auto target = preset_target<double>(resolved);
        if (name == "exact") {
            if (!target->has_sampler()) {
                throw ConfigError(place, no_exact_reference);
            }
            return;
        }
        // There may be many points: they are counted, not copied.
        const auto stored = stored_points(find_file(resolved, name), target->dim());
        const std::vector<double> weight = normalised_weights(stored->log_weight);
        const auto n_weighted = std::count_if(weight.begin(), weight.end(), [](double w) { return w > 0; });
        check_number(name, weight.empty() ? stored->x.size() / static_cast<std::size_t>(target->dim())
                                          : static_cast<std::size_t>(n_weighted));
    } catch (const ConfigError& error) {
        for (const Problem& p : error.problems()) {
            problems.add(p.place, p.text);
        }
    }
}

template std::shared_ptr<const ReferencePoints> load_reference(const Json&, const Target<float>&);
template std::shared_ptr<const ReferencePoints> load_reference(const Json&, const Target<double>&);

}  // namespace tempera
