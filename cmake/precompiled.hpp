// SPDX-License-Identifier: MIT
// What nearly every source of ours reads, parsed once: half of a typical file's compile time was spent here. Sources
// still include what they use.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <Eigen/Dense>
#include <nlohmann/json.hpp>
