// SPDX-License-Identifier: MIT
#include "run/record/metrics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>

#include "core/number.hpp"
#include "core/parallel.hpp"
#include "diagnostics/bootstrap.hpp"
#include "diagnostics/weights.hpp"
#include "run/record/metric_list.hpp"

namespace tempera {

namespace {

/// What the streams of a metric are for; each has a level of its own above that of the reference's draws.
enum class Draw { points, reference, bootstrap, splits };

StreamKey stream_of(const StreamKey& key, std::size_t metric, Draw what, int step = 0) {
    return key.with(Purpose::diagnostic,
                    reference_stream + 1 + static_cast<std::uint32_t>(4 * metric) +
                        static_cast<std::uint32_t>(what),
                    static_cast<std::uint64_t>(step));
}

ComparedSet weighted_set(int dim, std::span<const double> x, std::span<const std::vector<double>> observed,
                         std::span<const double> weight) {
    ComparedSet out{dim, x, observed, {}, {}};
    for (std::size_t i = 0; i < weight.size(); ++i) {
        if (weight[i] > 0) {
            out.row.push_back(i), out.weight.push_back(weight[i]);
        }
    }
    return out;
}

/// Groups of the points that have weight.
BootstrapUnits units_of(const ComparedSet& set, const WeightedPoints& points) {
    if (points.n_chains > 0) {
        return chain_units(ChainSeries(set.observed[0], points.n_chains));
    }
    if (!points.root) {
        return lineage_units(set.weight, nullptr);
    }
    std::vector<int> root;
    for (const std::size_t i : set.row) {
        root.push_back((*points.root)[i]);
    }
    return lineage_units(set.weight, &root);
}

/// All points, or `most` of them, drawn systematically in a random order: their order may be that of chains.
PointChoice choose(const ComparedSet& set, std::size_t most, const StreamKey& key) {
    PointChoice out{.of = &set};
    if (set.row.size() <= most) {
        out.index.resize(set.row.size());
        std::iota(out.index.begin(), out.index.end(), std::size_t{0});
        out.weights = {set.weight};
        return out;
    }
    const std::vector<std::size_t> order = random_order(set.row.size(), key);
    std::vector<double> weight;
    for (const std::size_t i : order) {
        weight.push_back(set.weight[i]);
    }
    Stream stream(key, 1);
    for (const std::size_t i : systematic_points(weight, most, stream.uniform())) {
        out.index.push_back(order[i]);
    }
    out.weights = {std::vector<double>(most, 1.0 / static_cast<double>(most))};
    return out;
}

/// Fewer draws where each takes long.
int bootstrap_draws(const Metric& metric, std::size_t n) {
    constexpr std::size_t work = 1 << 22;
    return static_cast<int>(
        std::clamp<std::size_t>(work / std::max<std::size_t>(1, metric.work * n), 24, 100));
}

void add_bootstrap(PointChoice& points, const BootstrapUnits& units, int n_draws, const StreamKey& key) {
    std::vector<int> unit;
    for (const std::size_t i : points.index) {
        unit.push_back(units.of[i]);
    }
    points.weights.resize(1 + static_cast<std::size_t>(n_draws));
    parallel_for(n_draws, [&](int draw) {
        StreamKey own = key;
        own.step = static_cast<std::uint64_t>(draw);
        points.weights[1 + static_cast<std::size_t>(draw)] =
            bootstrap_weights(points.weights[0], unit, units.n_units, own);
    });
}

/// Two halves of a set in a random order, of at most `most` points each.
std::array<PointChoice, 2> split(const ComparedSet& set, std::size_t size, const StreamKey& key) {
    const std::vector<std::size_t> order = random_order(set.row.size(), key);
    std::array<PointChoice, 2> out;
    for (std::size_t h = 0; h < 2; ++h) {
        const auto first = order.begin() + static_cast<std::ptrdiff_t>(h * size);
        out[h].of = &set;
        out[h].index.assign(first, first + static_cast<std::ptrdiff_t>(size));
        std::vector<double> weight;
        for (const std::size_t i : out[h].index) {
            weight.push_back(set.weight[i]);
        }
        const double sum = std::accumulate(weight.begin(), weight.end(), 0.0);
        std::transform(weight.begin(), weight.end(), weight.begin(), [&](double w) { return w / sum; });
        out[h].weights = {std::move(weight)};
    }
    return out;
}

/// One metric of the samples, and where it is put in the summary.
struct Comparison {
    const ComparedSet &samples, &reference;
    const BootstrapUnits& units;
    StreamKey key;

    void measure(const Metric& metric, std::size_t number, Json& out) const;
    /// Of as many points as measure() compared.
    void floors(const Metric& metric, std::size_t number, Json& out) const;
};

/// "observables.NAME" stands in a group of its own.
void put(Json& group, const std::string& key, Json value) {
    const std::string nested = "observables.";
    (key.starts_with(nested) ? group["observables"][key.substr(nested.size())] : group[key]) =
        std::move(value);
}

void Comparison::measure(const Metric& metric, std::size_t number, Json& out) const {
    PointChoice a = choose(samples, metric.most, stream_of(key, number, Draw::points));
    const PointChoice b = choose(reference, metric.most, stream_of(key, number, Draw::reference));
    if (units.missing.empty()) {
        add_bootstrap(a, units, bootstrap_draws(metric, a.size() + b.size()),
                      stream_of(key, number, Draw::bootstrap));
    }
    const std::vector<std::vector<double>> values = metric.compare(a, b);
    for (std::size_t k = 0; k < metric.keys.size(); ++k) {
        Moments draws;
        for (std::size_t c = 1; c < values.size(); ++c) {
            draws.add(values[c][k]);
        }
        const bool known = std::isfinite(values[0][k]);
        put(out, metric.keys[k], number_or_null(values[0][k]));
        put(out["stderr"], metric.keys[k],
            known && draws.n > 1 ? number_or_null(std::sqrt(draws.variance())) : Json(nullptr));
        put(out["n_of"], metric.keys[k], a.size());
        put(out["n_reference_of"], metric.keys[k], b.size());
    }
}

void Comparison::floors(const Metric& metric, std::size_t number, Json& out) const {
    const std::size_t size = std::min({metric.most, samples.row.size(), reference.row.size() / 2});
    std::vector<std::vector<double>> values(static_cast<std::size_t>(metric.n_splits));
    parallel_for(metric.n_splits, [&](int s) {
        const std::array<PointChoice, 2> halves =
            split(reference, size, stream_of(key, number, Draw::splits, s));
        values[static_cast<std::size_t>(s)] = metric.compare(halves[0], halves[1])[0];
    });
    for (std::size_t k = 0; k < metric.keys.size(); ++k) {
        double sum = 0;
        for (const std::vector<double>& v : values) {
            sum += v[k];
        }
        put(out["floor"], metric.keys[k], number_or_null(sum / metric.n_splits));
        put(out["n_floor"], metric.keys[k], size);
    }
}

/// Every key that there may be, null.
Json empty_summary(const ReferencePoints& reference, std::size_t n) {
    Json out{{"reference", reference.name}, {"n", n}, {"n_reference", reference.size()}};
    const auto add = [](Json& group) {
        for (const std::string& key : metric_keys()) {
            group[key] = nullptr;
        }
        group["observables"] = Json::object();
    };
    add(out);
    out["bootstrap"] = out["stderr_missing"] = nullptr;
    for (const char* group : {"stderr", "floor", "n_of", "n_reference_of", "n_floor"}) {
        out[group] = Json::object();
        add(out[group]);
    }
    return out;
}

}  // namespace

template <class Real>
Json metrics_summary(const Target<Real>& target, const ReferencePoints& reference,
                     const WeightedPoints& points, const std::vector<std::vector<double>>& observed,
                     const StreamKey& key, bool with_floors) {
    const std::vector<std::vector<double>> reference_observed = observe<Real>(target, reference.x);
    const ComparedSet samples = weighted_set(target.dim(), points.x, observed,
                                             normalised_weights(points.log_weight)),
                      right = weighted_set(target.dim(), reference.x, reference_observed, reference.weight);
    Json out = empty_summary(reference, samples.row.size());
    if (samples.row.empty()) {
        return out;
    }
    const BootstrapUnits units = units_of(samples, points);
    out["bootstrap"] = units.what;
    out["stderr_missing"] = units.missing.empty() ? Json(nullptr) : Json(units.missing);
    const std::vector<Metric> metrics = metric_list(target.particles(), target.observables());
    const Comparison comparison{samples, right, units, key};
    for (std::size_t m = 0; m < metrics.size(); ++m) {
        comparison.measure(metrics[m], m, out);
        if (with_floors) {
            comparison.floors(metrics[m], m, out);
        }
    }
    return out;
}

namespace {

/// Numbers below a key of the summary, those in groups by the keys of both: "observables.rg".
std::vector<std::pair<std::string, Json>> numbers_in(const Json& group) {
    std::vector<std::pair<std::string, Json>> out;
    for (const auto& [key, value] : group.items()) {
        if (value.is_number()) {
            out.emplace_back(key, value);
        } else if (key == "observables") {
            for (const auto& [name, number] : value.items()) {
                if (number.is_number()) {
                    out.emplace_back("observables." + name, number);
                }
            }
        }
    }
    return out;
}

}  // namespace

std::shared_ptr<const Record> with_metrics(std::shared_ptr<const Record> record, const Json& metrics) {
    if (!metrics.is_object()) {
        return record;
    }
    auto out = std::make_shared<Record>(*record);
    const auto add = [&](const std::string& key, double value, StandardError error) {
        Estimate estimate;
        estimate.name = "metrics." + key;
        estimate.value = value, estimate.error = std::move(error);
        out->set(std::move(estimate));
    };
    const std::string missing =
        metrics["stderr_missing"].is_string() ? metrics["stderr_missing"].get<std::string>() : "";
    std::map<std::string, double> errors;
    for (const auto& [key, error] : numbers_in(metrics["stderr"])) {
        errors[key] = error.get<double>();
    }
    for (const auto& [key, value] : numbers_in(metrics)) {
        const auto error = errors.find(key);
        add(key, value.get<double>(),
            error == errors.end() ? StandardError::unknown(missing) : StandardError{error->second, {}});
    }
    for (const char* group : {"floor", "n_of", "n_reference_of"}) {
        for (const auto& [key, value] : numbers_in(metrics[group])) {
            add(std::string(group) + "." + key, value.get<double>(), StandardError::unknown(""));
        }
    }
    return out;
}

template Json metrics_summary(const Target<float>&, const ReferencePoints&, const WeightedPoints&,
                              const std::vector<std::vector<double>>&, const StreamKey&, bool);
template Json metrics_summary(const Target<double>&, const ReferencePoints&, const WeightedPoints&,
                              const std::vector<std::vector<double>>&, const StreamKey&, bool);

}  // namespace tempera
