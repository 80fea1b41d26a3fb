package serve

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what a Server counts, in a registry of its own, so that several Servers in one program do not conflict.
type metrics struct {
	requests   *prometheus.CounterVec
	seconds    *prometheus.HistogramVec
	rows       *prometheus.CounterVec
	turnedAway prometheus.Counter
	together   prometheus.Histogram
	loads      *prometheus.CounterVec
	expose     http.Handler
}

func newMetrics() *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "gaussflow_requests_total", Help: "Requests by route and status."}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "gaussflow_request_seconds", Help: "Time from the first byte of a request to the last of its answer.",
			Buckets: prometheus.ExponentialBuckets(1e-4, 2.5, 14)}, []string{"route"}),
		rows:       prometheus.NewCounterVec(prometheus.CounterOpts{Name: "gaussflow_rows_total", Help: "Rows answered with numbers or with a reason."}, []string{"route", "answer"}),
		turnedAway: prometheus.NewCounter(prometheus.CounterOpts{Name: "gaussflow_turned_away_total", Help: "Requests refused because as many were answered as are at a time."}),
		together: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "gaussflow_rows_together", Help: "Single rows of different requests that were computed together.",
			Buckets: []float64{1, 2, 4, 8, together}}),
		loads: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "gaussflow_model_loads_total", Help: "Files of models that were read anew, by what came of it."}, []string{"model", "result"}),
	}
	r := prometheus.NewRegistry()
	r.MustRegister(m.requests, m.seconds, m.rows, m.turnedAway, m.together, m.loads,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.expose = promhttp.HandlerFor(r, promhttp.HandlerOpts{})
	return m
}

func (m *metrics) loaded(model string, err error) {
	result := "served"
	if err != nil {
		result = "refused"
	}
	m.loads.WithLabelValues(model, result).Inc()
}

// routeMetrics are those of one route, looked up once.
type routeMetrics struct {
	route           string
	all             *metrics
	ok              prometheus.Counter
	seconds         prometheus.Observer
	scored, refused prometheus.Counter
}

func (m *metrics) route(route string) *routeMetrics {
	return &routeMetrics{route: route, all: m, ok: m.requests.WithLabelValues(route, "200"), seconds: m.seconds.WithLabelValues(route),
		scored: m.rows.WithLabelValues(route, "numbers"), refused: m.rows.WithLabelValues(route, "reason")}
}

func (m *routeMetrics) observe(t *tally, took time.Duration) {
	if t.status == http.StatusOK {
		m.ok.Inc()
	} else {
		m.all.requests.WithLabelValues(m.route, strconv.Itoa(t.status)).Inc()
	}
	m.seconds.Observe(took.Seconds())
	if t.rows > 0 {
		m.scored.Add(float64(t.rows - t.refused))
		m.refused.Add(float64(t.refused))
	}
}
