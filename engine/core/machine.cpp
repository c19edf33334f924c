// SPDX-License-Identifier: MIT
// Control groups: https://docs.kernel.org/admin-guide/cgroup-v2.html (cpu.max, memory.max) and version 1
// (cpu.cfs_quota_us over cpu.cfs_period_us, memory.limit_in_bytes).
#include "core/machine.hpp"

#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <thread>

namespace tempera {

namespace fs = std::filesystem;

namespace {

void tighten(std::optional<double>& limit, double value) {
    if (value > 0) {
        limit = limit ? std::min(*limit, value) : value;
    }
}

/// Nothing where the file is not there or says "max" or -1.
std::optional<double> number_in(const fs::path& file) {
    double value = 0;
    return std::ifstream(file) >> value && value > 0 ? std::optional(value) : std::nullopt;
}

void read_folder(const fs::path& folder, GroupLimits& limits) {
    double quota = 0, period = 0;
    if (std::ifstream(folder / "cpu.max") >> quota >> period && period > 0) {
        tighten(limits.cores, quota / period);
    }
    const auto old_quota = number_in(folder / "cpu.cfs_quota_us"),
               old_period = number_in(folder / "cpu.cfs_period_us");
    if (old_quota && old_period) {
        tighten(limits.cores, *old_quota / *old_period);
    }
    for (const char* name : {"memory.max", "memory.limit_in_bytes"}) {
        if (const auto bytes = number_in(folder / name)) {
            tighten(limits.bytes, *bytes);
        }
    }
}

/// The group's folder and those around it; in a container the root is the group's own.
void read_upwards(const fs::path& root, const std::string& group, GroupLimits& limits) {
    for (fs::path at = fs::path(group).relative_path();; at = at.parent_path()) {
        read_folder(root / at, limits);
        if (at.empty()) {
            return;
        }
    }
}

int affine_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) {
        return CPU_COUNT(&set);
    }
    const unsigned n = std::thread::hardware_concurrency();  // more cores than the set holds
    return n ? static_cast<int>(n) : 1;
}

GroupLimits own_limits() {
    std::ostringstream text;
    text << std::ifstream("/proc/self/cgroup").rdbuf();
    return group_limits(text.str(), "/sys/fs/cgroup");
}

}  // namespace

GroupLimits group_limits(const std::string& groups, const fs::path& root) {
    GroupLimits limits;
    read_folder(root, limits);
    std::istringstream lines(groups);
    for (std::string line; std::getline(lines, line);) {  // "0::/a/b", or "4:cpu,cpuacct:/a/b"
        const std::size_t first = line.find(':'), second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos) {
            continue;
        }
        const std::string controllers = line.substr(first + 1, second - first - 1);
        read_upwards(controllers.empty() ? root : root / controllers, line.substr(second + 1), limits);
    }
    return limits;
}

int usable_cores() {
    const int cores = affine_cores();
    const double quota = own_limits().cores.value_or(cores);
    return std::max(1, std::min(cores, static_cast<int>(std::ceil(std::min<double>(quota, cores)))));
}

double memory_limit() {
    double limit = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
    rlimit space{};
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY) {
        limit = std::min(limit, static_cast<double>(space.rlim_cur));
    }
    return std::min(limit, own_limits().bytes.value_or(limit));
}

}  // namespace tempera
