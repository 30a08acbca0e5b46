package main

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	criapi "k8s.io/cri-api/pkg/apis"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	crilogs "k8s.io/cri-client/pkg/logs"
)

// logs reads the container's log file, in the format of container runtimes ("TIME stdout F TEXT"), with the kubelet's reader.
func (r *podRunner) logs(w http.ResponseWriter, req *http.Request) {
	where := r.placeOf(w, req)
	if where == nil {
		return
	}
	options := logOptions(req.URL.Query())
	if err := http.NewResponseController(w).Flush(); err != nil {
		return
	}
	out := &flushed{w}
	if err := crilogs.ReadLogs(req.Context(), r.logOf(where.pod, where.container.Name), "", options, noRuntime{}, out, out); err != nil {
		_, _ = out.Write([]byte(err.Error() + "\n"))
	}
}

func logOptions(query url.Values) *crilogs.LogOptions {
	number := func(name string) *int64 {
		value, err := strconv.ParseInt(query.Get(name), 10, 64)
		if err != nil {
			return nil
		}
		return &value
	}
	options := &crilogs.LogOptions{
		Follow:     query.Get("follow") == "true",
		Timestamp:  query.Get("timestamps") == "true",
		TailLines:  number("tailLines"),
		LimitBytes: number("limitBytes"),
	}
	if seconds := number("sinceSeconds"); seconds != nil {
		options.Since = time.Now().Add(-time.Duration(*seconds) * time.Second)
	}
	return options
}

// flushed sends every line when it comes.
type flushed struct{ http.ResponseWriter }

func (f *flushed) Write(bytes []byte) (int, error) {
	written, err := f.ResponseWriter.Write(bytes)
	if err == nil {
		err = http.NewResponseController(f.ResponseWriter).Flush()
	}
	return written, err
}

// noRuntime: the reader takes one that cannot be asked for one whose container still runs, and so goes on waiting for lines.
type noRuntime struct{ criapi.RuntimeService }

func (noRuntime) ContainerStatus(context.Context, string, bool) (*runtimeapi.ContainerStatusResponse, error) {
	return nil, status.Error(codes.Unavailable, "no container runs")
}
