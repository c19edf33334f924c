// SPDX-License-Identifier: MIT
#include "run/experiment/memory.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "core/number_text.hpp"

namespace tempera {

namespace {

struct Need {
    double bytes;
    std::string place, what, fix;
};

std::string gibibytes(double bytes) { return short_number(bytes / 0x1p30) + " GiB"; }

/// Positions, scores and their spare, weights; at the end the samples as rows and on their way into a file.
Need population(const Json& resolved, int dim, double real) {
    const double n = resolved["sampler"]["n_particles"].get<double>();
    return {n * (dim * (3 * real + 40) + 64), "sampler.n_particles",
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

/// Means and precisions of every level's components.
Need tables(const Mixture& mixture, double real, double n_levels) {
    const double dim = mixture.dim(),
                 per_component = mixture.shape == Mixture::Shape::full ? 2 * dim * dim : 4 * dim;
    return {(n_levels + 1) * mixture.size() * per_component * real, "path.n_levels",
            short_number(n_levels, 10) + " levels of a mixture of " + std::to_string(mixture.size()) +
                " components in " + std::to_string(mixture.dim()) + " dimensions",
            "use fewer levels"};
}

}  // namespace

double memory_limit() {
    double limit = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
    rlimit space{};
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY) {
        limit = std::min(limit, static_cast<double>(space.rlim_cur));
    }
    double group = 0;  // not there, or "max", where nothing limits the group of processes
    if (std::ifstream("/sys/fs/cgroup/memory.max") >> group) {
        limit = std::min(limit, group);
    }
    return limit;
}

void check_memory(const Json& resolved, int dim, const Mixture* mixture, double limit) {
    const double real = resolved["run"]["precision"] == "f32" ? 4 : 8,
                 n_levels = resolved["path"].value("n_levels", 0);
    std::vector<Need> needs{resolved["sampler"].contains("n_particles")
                                ? population(resolved, dim, real)
                                : ladders(resolved, dim, real, n_levels)};
    if (mixture && resolved["path"]["type"] != "tempering") {
        needs.push_back(tables(*mixture, real, n_levels));
    }
    double sum = 0;
    for (const Need& need : needs) {
        sum += need.bytes;
    }
    const Need& most = *std::max_element(needs.begin(), needs.end(),
                                         [](const Need& a, const Need& b) { return a.bytes < b.bytes; });
    if (sum > limit) {
        throw ConfigError(most.place, most.what + " need about " + gibibytes(sum) +
                                          " of memory, and there are " + gibibytes(limit) + "; " + most.fix +
                                          (real == 8 ? ", or run.precision f32" : ""));
    }
}

}  // namespace tempera
