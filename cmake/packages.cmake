# Libraries from the distribution (./tempera setup installs them).

find_package(Threads REQUIRED)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(TBB REQUIRED)
find_package(hwy REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)

find_package(PkgConfig REQUIRED)
pkg_check_modules(cairo REQUIRED IMPORTED_TARGET cairo)
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)
pkg_check_modules(lemon REQUIRED IMPORTED_TARGET lemon)

add_library(tempera_dependencies INTERFACE)
target_link_libraries(tempera_dependencies INTERFACE
    Threads::Threads Eigen3::Eigen TBB::tbb hwy::hwy hwy::hwy_contrib nlohmann_json::nlohmann_json CLI11::CLI11
    PkgConfig::cairo PkgConfig::libzip PkgConfig::lemon)
