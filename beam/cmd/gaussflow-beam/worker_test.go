package main

import (
	"context"
	"flag"
	"net"
	"os"
	"testing"

	fnpb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/fnexecution_v1"
	pipepb "github.com/apache/beam/sdks/v2/go/pkg/beam/model/pipeline_v1"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/structpb"

	"gaussflow/internal/errtest"
)

// set sets a flag until the test ends.
func set(t *testing.T, name, value string) {
	t.Helper()
	f := flag.Lookup(name)
	before := f.Value.String()
	t.Cleanup(func() { errtest.None(t, f.Value.Set(before)) })
	errtest.None(t, f.Value.Set(value))
}

type provision struct {
	fnpb.UnimplementedProvisionServiceServer
	info *fnpb.ProvisionInfo
}

func (p provision) GetProvisionInfo(context.Context, *fnpb.GetProvisionInfoRequest) (*fnpb.GetProvisionInfoResponse, error) {
	return &fnpb.GetProvisionInfoResponse{Info: p.info}, nil
}

// TestBecomeWorker: the values that the runner sends are in the flags with which Beam starts a worker.
func TestBecomeWorker(t *testing.T) {
	options, err := structpb.NewStruct(map[string]any{"beam:option:job_name:v1": "one"})
	errtest.None(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	errtest.None(t, err)
	server := grpc.NewServer()
	fnpb.RegisterProvisionServiceServer(server, provision{info: &fnpb.ProvisionInfo{PipelineOptions: options, RunnerCapabilities: []string{"a", "b"},
		LoggingEndpoint: &pipepb.ApiServiceDescriptor{Url: "here:1"}, ControlEndpoint: &pipepb.ApiServiceDescriptor{Url: "here:2"}}})
	go func() { _ = server.Serve(listener) }() // until Stop, which is the only error it has
	t.Cleanup(server.Stop)
	t.Setenv("RUNNER_CAPABILITIES", "")
	set(t, "id", "7")
	for _, name := range []string{"provision_endpoint", "worker", "logging_endpoint", "control_endpoint", "options"} {
		set(t, name, flag.Lookup(name).Value.String())
	}
	*provisionEndpoint = listener.Addr().String()
	errtest.None(t, becomeWorker(t.Context()))
	for name, want := range map[string]string{"id": "7", "worker": "true", "logging_endpoint": "here:1", "control_endpoint": "here:2", "options": `{"beam:option:job_name:v1":"one"}`} {
		if got := flag.Lookup(name).Value.String(); got != want {
			t.Errorf("--%s=%s, want %s", name, got, want)
		}
	}
	if got := os.Getenv("RUNNER_CAPABILITIES"); got != "a b" {
		t.Errorf("RUNNER_CAPABILITIES=%s, want a b", got)
	}
}

// TestProcess: workers are this program, unless the user says what they are.
func TestProcess(t *testing.T) {
	set(t, "environment_type", "PROCESS")
	set(t, "environment_config", "")
	set(t, "worker_binary", "")
	errtest.None(t, settle(t.Context()))
	self, err := os.Executable()
	errtest.None(t, err)
	if want := `{"command":"` + self + `"}`; *jobopts.EnvironmentConfig != want || *jobopts.WorkerBinary != os.DevNull {
		t.Errorf("--environment_config=%s --worker_binary=%s, want %s and nothing to fetch", *jobopts.EnvironmentConfig, *jobopts.WorkerBinary, want)
	}
	set(t, "environment_config", `{"command":"/other"}`)
	set(t, "worker_binary", "other")
	errtest.None(t, settle(t.Context()))
	if *jobopts.EnvironmentConfig != `{"command":"/other"}` || *jobopts.WorkerBinary != "other" {
		t.Errorf("--environment_config=%s --worker_binary=%s, want what was asked for", *jobopts.EnvironmentConfig, *jobopts.WorkerBinary)
	}
}

// TestComplete: an error about a missing setting names the flag.
func TestComplete(t *testing.T) {
	for _, c := range []struct{ do, out, rows, want string }{
		{"", "", "0", "--do=, want score, profile, sample or rbig"},
		{"fit", "x", "0", "--do=fit, want score, profile, sample or rbig"},
		{"score", "x", "0", "--do=score without --files, want a glob of the files to read"},
		{"sample", "x", "0", "--do=sample without --model, want the file of the model to score with or to draw from"},
	} {
		set(t, "do", c.do)
		set(t, "out", c.out)
		set(t, "rows", c.rows)
		if err := complete(); err == nil || err.Error() != c.want {
			t.Errorf("--do=%s: %v, want %s", c.do, err, c.want)
		}
	}
	set(t, "do", "sample")
	set(t, "model", "m.gflow")
	set(t, "rows", "-1")
	if err := complete(); err == nil || err.Error() != "--rows=-1, want at least 1" {
		t.Errorf("--rows=-1: %v", err)
	}
}
