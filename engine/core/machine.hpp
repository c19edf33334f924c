// SPDX-License-Identifier: MIT
// What this program may use of the machine: what is there, or less where the system limits it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tempera {

/// Cores that this process may run on: those of its affinity mask, or fewer where the processor time of its
/// control group is limited (a container's quota of 1.5 cores counts as 2). At least 1.
int usable_cores();

/// Bytes: the machine's memory, or the limit of the address space or of the control group.
double memory_limit();

/// Limits of a control group, below which all groups around it limit, too. `groups`: text of
/// /proc/self/cgroup; `root`: where the control groups are mounted (version 2, or version 1 by controller).
struct GroupLimits {
    std::optional<double> cores, bytes;
};
GroupLimits group_limits(const std::string& groups, const std::filesystem::path& root);

}  // namespace tempera
