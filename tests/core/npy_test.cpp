// SPDX-License-Identifier: MIT
#include "core/npy.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstring>
#include <fstream>
#include <rapidcheck.h>

#include "core/errors.hpp"
#include "support/files.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

class Folder : public ::testing::Test {
protected:
    Folder() { fs::create_directories(path_); }
    test::ScratchFolder scratch_{"npy"};
    const fs::path& path_ = scratch_.path;
};
using NpyFiles = Folder;

Bytes read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// An npy file with any header text.
Bytes npy(const std::string& header, const Bytes& data, int version = 1) {
    Bytes out = {0x93,
                 'N',
                 'U',
                 'M',
                 'P',
                 'Y',
                 static_cast<std::uint8_t>(version),
                 0,
                 static_cast<std::uint8_t>(header.size()),
                 static_cast<std::uint8_t>(header.size() >> 8)};
    if (version > 1) {
        out.resize(out.size() + 2);
    }
    out.insert(out.end(), header.begin(), header.end());
    out.insert(out.end(), data.begin(), data.end());
    return out;
}

std::string error_of(const Bytes& bytes) {
    try {
        parse_npy(bytes, "f.npy");
    } catch (const ConfigError& e) {
        return e.what();
    }
    return "";
}

TEST(Npy, HeaderIsWhatNumpyWrites) {
    const Bytes bytes = format_npy(NpyArray::of(std::vector<double>{1, 2, 3, 4, 5, 6}, {3, 2}));
    ASSERT_EQ(bytes.size(), 128u + 48u);
    EXPECT_EQ(std::string(bytes.begin() + 10, bytes.begin() + 69),
              "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }");
    EXPECT_EQ(bytes[127], '\n');
    const Bytes one = format_npy(NpyArray::of(std::vector<float>{1, 2}, {2}));
    EXPECT_NE(std::string(one.begin(), one.end()).find("'shape': (2,), }"), std::string::npos);
}

TEST(Npy, RoundTrips) {
    EXPECT_EQ(parse_npy(format_npy(NpyArray::of(std::vector<float>{1.5f, -2}, {2, 1})), "").to_doubles(),
              (std::vector<double>{1.5, -2}));
    EXPECT_EQ(parse_npy(format_npy(NpyArray::of(std::vector<std::int32_t>{-7}, {1})), "").to_doubles(),
              (std::vector<double>{-7}));
    EXPECT_EQ(parse_npy(format_npy(NpyArray::of(std::vector<std::int64_t>{1 << 30}, {})), "").to_doubles(),
              (std::vector<double>{1 << 30}));
    const NpyArray empty = parse_npy(format_npy(NpyArray::of(std::vector<double>{}, {0, 2})), "");
    EXPECT_EQ(empty.shape, (std::vector<std::size_t>{0, 2}));
    EXPECT_EQ(empty.size(), 0u);
    rc::check("any doubles, NaN and infinities included", [](const std::vector<double>& values) {
        const NpyArray a = NpyArray::of(values, {values.size()});
        const NpyArray b = parse_npy(format_npy(a), "");
        RC_ASSERT(a.bytes == b.bytes && a.shape == b.shape && a.type == b.type);
    });
}

TEST(Npy, ReadsFortranOrderAndOtherVersions) {
    Bytes data(6 * 4);
    for (int i = 0; i < 6; ++i) {
        const std::int32_t v = i;
        std::memcpy(data.data() + 4 * i, &v, 4);
    }
    const std::string header = "{'shape': (2, 3), 'fortran_order': True, 'descr': '<i4'}";
    for (const int version : {1, 2, 3}) {
        const NpyArray a = parse_npy(npy(header, data, version), "f.npy");
        EXPECT_EQ(a.to_doubles(), (std::vector<double>{0, 2, 4, 1, 3, 5}));
    }
}

TEST(Npy, DamagedFilesAreNamed) {
    const std::string good = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }";
    EXPECT_EQ(error_of(npy(good, Bytes(16))), "");
    EXPECT_NE(error_of(npy(good, Bytes(15))).find("f.npy: is truncated: its shape needs 16 bytes, 15 follow"),
              std::string::npos);
    EXPECT_NE(error_of({}).find("is not an npy file"), std::string::npos);
    EXPECT_NE(error_of(npy(good, Bytes(16), 4)).find("version"), std::string::npos);
    EXPECT_NE(error_of(npy("{'descr': '>f8', 'fortran_order': False, 'shape': (2,), }", Bytes(16)))
                  .find("type \">f8\""),
              std::string::npos);
    EXPECT_NE(error_of(npy("{'descr': '|O', 'fortran_order': False, 'shape': (2,), }", Bytes(16)))
                  .find("type \"|O\""),
              std::string::npos);
    EXPECT_NE(error_of(npy("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,), }", Bytes(16)))
                  .find("records"),
              std::string::npos);
    EXPECT_NE(error_of(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }",
                           Bytes(16)))
                  .find("truncated"),
              std::string::npos);
    EXPECT_NE(error_of(npy("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }",
                           Bytes(16)))
                  .find("impossible"),
              std::string::npos);
    EXPECT_NE(error_of(npy("{'descr': '<f8', 'fortran_order': False, }", Bytes(16))).find("incomplete"),
              std::string::npos);
    Bytes huge = npy(good, Bytes(16));
    huge[8] = huge[9] = 0xff;
    EXPECT_NE(error_of(huge).find("is truncated: its header should have 65535 bytes"), std::string::npos);
}

/// Whatever the bytes, parsing ends in an array or a ConfigError.
TEST(Npy, DamageNeverCrashes) {
    const Bytes good = format_npy(NpyArray::of(std::vector<double>{1, 2, 3, 4}, {2, 2}));
    for (std::size_t n = 0; n < good.size(); ++n) {
        EXPECT_NE(error_of(Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(n))), "");
    }
    rc::check("one changed byte", [&] {
        Bytes bytes = good;
        bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] = *rc::gen::arbitrary<std::uint8_t>();
        try {
            const NpyArray a = parse_npy(bytes, "f.npy");
            RC_ASSERT(a.to_doubles().size() == a.size());
        } catch (const ConfigError&) {
        }
    });
}

TEST_F(NpyFiles, NpzRoundTripAndEqualBytes) {
    const Npz in = {{"x", NpyArray::of(std::vector<double>{1, 2, 3, 4}, {2, 2})},
                    {"mode", NpyArray::of(std::vector<std::int32_t>{0, 1}, {2})},
                    {"empty", NpyArray::of(std::vector<float>{}, {0})}};
    write_npz(path_ / "a.npz", in);
    write_npz(path_ / "b.npz", in);
    EXPECT_EQ(read(path_ / "a.npz"), read(path_ / "b.npz"));
    const Npz out = read_npz(path_ / "a.npz");
    ASSERT_EQ(out.size(), 3u);
    EXPECT_EQ(out.at("x").to_doubles(), (std::vector<double>{1, 2, 3, 4}));
    EXPECT_EQ(out.at("x").shape, (std::vector<std::size_t>{2, 2}));
    EXPECT_EQ(out.at("mode").to_doubles(), (std::vector<double>{0, 1}));
    EXPECT_EQ(std::distance(fs::directory_iterator(path_), {}), 2) << "temporary files were left";

    write_npz(path_ / "none.npz", {});
    EXPECT_TRUE(read_npz(path_ / "none.npz").empty());
}

TEST_F(NpyFiles, NumpyReadsThem) {
    if (std::system("python3 -c 'import numpy' 2>/dev/null") != 0) {
        GTEST_SKIP() << "python3 has no numpy";
    }
    write_npz(path_ / "a.npz", {{"x", NpyArray::of(std::vector<double>{1, 2, 3, 4, 5, 6}, {3, 2})}});
    write_npy(path_ / "b.npy", NpyArray::of(std::vector<float>{0.5f}, {1}));
    const std::string script = "import numpy as np; x = np.load('" + (path_ / "a.npz").string() +
                               "')['x']; assert x.shape == (3, 2) and x[2, 1] == 6; assert np.load('" +
                               (path_ / "b.npy").string() + "')[0] == 0.5; np.savez_compressed('" +
                               (path_ / "c.npz").string() + "', y=np.arange(6.0).reshape(2, 3).T)";
    ASSERT_EQ(std::system(("python3 -c \"" + script + "\"").c_str()), 0);
    EXPECT_EQ(read_npz(path_ / "c.npz").at("y").to_doubles(), (std::vector<double>{0, 3, 1, 4, 2, 5}));
}

TEST_F(NpyFiles, LongIntegersOfOldPythonsAreRead) {
    const Bytes data(16, 0);
    const std::string head = "{'descr': '<f8', 'fortran_order': False, 'shape': ";
    for (const char* shape : {"(2L,)", "(2L, 1L)", "(1, 2L)", "(2L,1)"}) {
        const NpyArray a = parse_npy(npy(head + shape + ", }", data), "f.npy");
        EXPECT_EQ(a.size(), 2u) << shape;
    }
    for (const char* shape : {"(L,)", "(2LL,)", "(2l,)", "(2 L,)"}) {
        EXPECT_THROW(parse_npy(npy(head + shape + ", }", data), "f.npy"), ConfigError) << shape;
    }
}

/// Entries that hold no arrays, as people and systems add them, by Python's zipfile.
TEST_F(NpyFiles, WhatElseStandsInAnArchiveIsPassedOver) {
    if (std::system("python3 -c '' 2>/dev/null") != 0) {
        GTEST_SKIP() << "there is no python3";
    }
    write_npy(path_ / "x.npy", NpyArray::of(std::vector<double>{1, 2}, {2}));
    write_npy(path_ / "y.npy", NpyArray::of(std::vector<double>{3}, {1}));
    const auto zipped = [&](const std::string& entries) {
        const std::string script = "import zipfile; z = zipfile.ZipFile('" + (path_ / "a.npz").string() +
                                   "', 'w'); x = open('" + (path_ / "x.npy").string() +
                                   "', 'rb').read(); y = open('" + (path_ / "y.npy").string() +
                                   "', 'rb').read(); " + entries + "; z.close()";
        EXPECT_EQ(std::system(("python3 -c \"" + script + "\"").c_str()), 0);
        return read_npz(path_ / "a.npz");
    };
    const Npz plain =
        zipped("z.writestr('x.npy', x); z.writestr('README.txt', 'text'); z.writestr('x.NPY', 'text')");
    EXPECT_EQ(plain.size(), 1u);
    EXPECT_EQ(plain.at("x").size(), 2u);
    const Npz mac = zipped("z.writestr('run/', ''); z.writestr('run/x.npy', x); z.writestr('run/y.npy', y); "
                           "z.writestr('run/.DS_Store', 'a'); z.writestr('__MACOSX/run/._x.npy', 'b')");
    EXPECT_EQ(mac.size(), 2u);
    EXPECT_EQ(mac.at("x").size(), 2u);
    EXPECT_EQ(mac.at("y").size(), 1u);
    const Npz doubtful = zipped("z.writestr('a/x.npy', x); z.writestr('b/x.npy', y); z.writestr('y.npy', y)");
    EXPECT_EQ(doubtful.at("a/x").size(), 2u);
    EXPECT_EQ(doubtful.at("b/x").size(), 1u);
    EXPECT_EQ(doubtful.at("y").size(), 1u);
    EXPECT_THROW(zipped("z.writestr('README.txt', 'text')"), ConfigError);
}

TEST_F(NpyFiles, DamagedArchives) {
    write_npz(path_ / "a.npz", {{"x", NpyArray::of(std::vector<double>(100, 1.0), {100})}});
    const Bytes good = read(path_ / "a.npz");
    for (std::size_t n = 0; n < good.size(); n += 17) {
        std::ofstream(path_ / "t.npz", std::ios::binary)
            .write(reinterpret_cast<const char*>(good.data()), static_cast<std::streamsize>(n));
        EXPECT_THROW(read_npz(path_ / "t.npz"), ConfigError) << n;
    }
    Bytes flipped = good;
    flipped[300] ^= 1;
    std::ofstream(path_ / "t.npz", std::ios::binary)
        .write(reinterpret_cast<const char*>(flipped.data()), static_cast<std::streamsize>(flipped.size()));
    EXPECT_THROW(read_npz(path_ / "t.npz"), ConfigError);
    EXPECT_THROW(read_npz(path_ / "missing.npz"), ConfigError);
    EXPECT_THROW(read_npy(path_), ConfigError);
}

TEST_F(NpyFiles, WritingReplacesAndSaysWhyItCannot) {
    write_file_atomically(path_ / "f.txt", "one");
    write_file_atomically(path_ / "f.txt", "two");
    EXPECT_EQ(read(path_ / "f.txt"), (Bytes{'t', 'w', 'o'}));
    try {
        write_file_atomically(path_ / "no" / "f.txt", "x");
        FAIL();
    } catch (const std::runtime_error& e) {
        EXPECT_EQ(std::string(e.what()),
                  "cannot write " + (path_ / "no" / "f.txt").string() + ": No such file or directory");
    }
}

/// A full disk, played by a limit on the size of files: the old file stays, nothing half-written is left.
TEST_F(NpyFiles, AFullDiskLeavesTheOldFile) {
    write_file_atomically(path_ / "f.txt", "old");
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit tight{4096, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &tight);
    EXPECT_THROW(write_file_atomically(path_ / "f.txt", std::string(100000, 'x')), std::runtime_error);
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, handler);
    EXPECT_EQ(read(path_ / "f.txt"), (Bytes{'o', 'l', 'd'}));
    EXPECT_EQ(std::distance(fs::directory_iterator(path_), {}), 1);
}

}  // namespace
}  // namespace tempera
