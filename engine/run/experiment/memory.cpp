// SPDX-License-Identifier: MIT
#include "run/experiment/memory.hpp"

#include <algorithm>
#include <cmath>

#include "core/block.hpp"
#include "core/number_text.hpp"
#include "core/parallel.hpp"
#include "kernels/transition_kernel.hpp"
#include "paths/density_path.hpp"

namespace tempera {

namespace {

struct Need {
    double bytes;
    std::string place, what, fix;
};

std::string gibibytes(double bytes) { return short_number(bytes / 0x1p30) + " GiB"; }

/// Positions, scores and their spare, weights and lineages; at the end the samples as rows and on their way
/// into a file.
Need population(const Json& resolved, int dim, double real) {
    const double n = resolved["sampler"]["n_particles"].get<double>();
    return {n * (dim * (3 * real + 40) + 88), "sampler.n_particles",
            short_number(n, 10) + " particles in " + std::to_string(dim) + " dimensions",
            "use fewer particles"};
}

Need ladders(const Json& resolved, int dim, double real, double n_levels) {
    const double n = resolved["sampler"]["n_ensembles"].get<double>();
    return {n * (n_levels + 1) * (2 * dim * real + real + 16), "sampler.n_ensembles",
            short_number(n, 10) + " ensembles of " + short_number(n_levels + 1, 10) + " replicas in " +
                std::to_string(dim) + " dimensions",
            "use fewer ensembles or levels"};
}

/// Positions and scores, and what is kept of the points that the chains visit.
Need chains(const Json& resolved, int dim, double real) {
    constexpr double most_kept = 200'000;
    const double n = resolved["sampler"]["n_chains"].get<double>(),
                 kept = std::min(std::max(most_kept, n), n * resolved["sampler"]["n_steps"].get<double>());
    return {n * (2 * dim * real + real) + kept * (3 * 8 * dim + 40), "sampler.n_chains",
            short_number(n, 10) + " chains in " + std::to_string(dim) + " dimensions", "use fewer chains"};
}

/// Means and precisions of every level's components.
Need tables(const Mixture& mixture, double real, double n_levels) {
    const double dim = mixture.dim(),
                 per_component = mixture.shape == Mixture::Shape::full ? 2 * dim * dim : 4 * dim;
    return {(n_levels + 1) * mixture.size() * per_component * real, "path.n_levels",
            short_number(n_levels, 10) + " levels of a mixture of " + std::to_string(mixture.size()) +
                " components in " + std::to_string(mixture.dim()) + " dimensions",
            "use fewer levels"};
}

/// Of one block on every thread that has one.
Need hessians(const Json& resolved, int dim, double real) {
    const Json& kernel = resolved["kernel"];
    const KernelEntry& entry = find_entry(kernel_catalogue(), "kernel", kernel["type"].get<std::string>());
    const double n = resolved["sampler"].value("n_particles", 1e9) *
                     resolved["run"]["n_replicates"].get<double>(),
                 threads = std::min<double>(thread_count(), std::ceil(n / block_size));
    const double numbers = entry.hessian_numbers ? entry.hessian_numbers(kernel, dim) : 0;
    return {threads * numbers * real, "kernel.type",
            "the Hessians of " + short_number(threads) + " threads in " + std::to_string(dim) + " dimensions",
            "use fewer --threads or a kernel without Hessians (first_order)"};
}

std::vector<Need> needs_of(const Json& resolved, int dim, const Mixture* mixture) {
    const double real = resolved["run"]["precision"] == "f32" ? 4 : 8,
                 n_levels = resolved["path"].value("n_levels", 0);
    const Json& sampler = resolved["sampler"];
    std::vector<Need> needs{sampler.contains("n_particles") ? population(resolved, dim, real)
                            : sampler.contains("n_chains")  ? chains(resolved, dim, real)
                                                            : ladders(resolved, dim, real, n_levels),
                            hessians(resolved, dim, real)};
    if (mixture && path_info(resolved["path"]).uses_rho) {  // a mixture at every level
        needs.push_back(tables(*mixture, real, n_levels));
    }
    return needs;
}

double sum_of(const std::vector<Need>& needs) {
    double sum = 0;
    for (const Need& need : needs) {
        sum += need.bytes;
    }
    return sum;
}

}  // namespace

double memory_need(const Json& resolved, int dim, const Mixture* mixture) {
    return sum_of(needs_of(resolved, dim, mixture));
}

void check_memory(double bytes, const std::string& place, const std::string& what, const std::string& fix,
                  double limit) {
    if (bytes > limit) {
        throw ConfigError(place, what + " need about " + gibibytes(bytes) + " of memory, and there are " +
                                     gibibytes(limit) + "; " + fix);
    }
}

void check_memory(const Json& resolved, int dim, const Mixture* mixture, double limit) {
    const std::vector<Need> needs = needs_of(resolved, dim, mixture);
    const Need& most = *std::max_element(needs.begin(), needs.end(),
                                         [](const Need& a, const Need& b) { return a.bytes < b.bytes; });
    const bool f64 = resolved["run"]["precision"] != "f32";
    check_memory(sum_of(needs), most.place, most.what, most.fix + (f64 ? ", or run.precision f32" : ""),
                 limit);
}

}  // namespace tempera
