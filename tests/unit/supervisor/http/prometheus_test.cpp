#include "supervisor/http/prometheus.h"

#include <doctest/doctest.h>

#include <limits>

using openclaw::http::Prometheus;

TEST_SUITE("supervisor/http") {
    TEST_CASE("a family is its two comments and its samples") {
        Prometheus out;
        out.family("a_total", Prometheus::Kind::counter, "Things.")
            .sample(std::uint64_t{18'446'744'073'709'551'615u}, {{"x", "1"}, {"y", "2"}})
            .sample(std::uint64_t{0}, {{"x", "2"}, {"y", "2"}});
        out.single("b_seconds", Prometheus::Kind::gauge, "Time.", 0.25);
        CHECK(out.take() == "# HELP a_total Things.\n# TYPE a_total counter\n"
                            "a_total{x=\"1\",y=\"2\"} 18446744073709551615\n"
                            "a_total{x=\"2\",y=\"2\"} 0\n"
                            "# HELP b_seconds Time.\n# TYPE b_seconds gauge\nb_seconds 0.25\n");
    }

    TEST_CASE("label values are escaped, and odd numbers have their words") {
        Prometheus out;
        out.family("a", Prometheus::Kind::gauge, "A.")
            .sample(std::numeric_limits<double>::infinity(), {{"x", "a\"b\\c\nd"}});
        CHECK(out.take().ends_with("a{x=\"a\\\"b\\\\c\\nd\"} +Inf\n"));
    }
}
