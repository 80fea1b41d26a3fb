package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/apache/beam/sdks/v2/go/container/tools"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/options/jobopts"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/util/grpcx"
)

// A runner starts a worker with --id and --provision_endpoint, and expects Beam's boot program there, which fetches the worker's program and runs
// it in a second process. This program is the worker itself and needs no second process, which would outlive the first if the runner ended that.
var provisionEndpoint = flag.String("provision_endpoint", "", "set by a runner that starts this program as a worker: where the worker asks for its job")

// settle completes the flags before Beam reads them: of a worker, or of a program whose workers are processes.
func settle(ctx context.Context) error {
	if *provisionEndpoint != "" {
		go endWith(os.Getppid())
		return becomeWorker(ctx)
	}
	if !strings.EqualFold(*jobopts.EnvironmentType, "process") || *jobopts.EnvironmentConfig != "" {
		return nil
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	config, err := json.Marshal(map[string]string{"command": self})
	*jobopts.EnvironmentConfig = string(config)
	if *jobopts.WorkerBinary == "" { // Beam's boot program would fetch it
		*jobopts.WorkerBinary = os.DevNull
	}
	return err
}

// endWith ends this process when its parent has ended. Beam's worker would try for minutes to reach the parent, or wait for ever, and would
// go on with work that another worker repeats.
func endWith(parent int) {
	for os.Getppid() == parent {
		time.Sleep(time.Second)
	}
	fmt.Fprintln(os.Stderr, "gaussflow-beam: this worker ends, because the runner that started it has ended")
	os.Exit(1)
}

// becomeWorker asks the runner for its endpoints and the options of the job, and sets the flags of a worker.
//
// Source: https://s.apache.org/beam-fn-api-container-contract.
func becomeWorker(ctx context.Context) error {
	id := flag.Lookup("id").Value.String()
	info, err := tools.ProvisionInfo(grpcx.WriteWorkerID(ctx, id), *provisionEndpoint)
	if err != nil {
		return fmt.Errorf("worker %s: %w", id, err)
	}
	options, err := tools.ProtoToJSON(info.GetPipelineOptions())
	if err != nil {
		return fmt.Errorf("worker %s: the options of the job: %w", id, err)
	}
	return errors.Join(
		os.Setenv("RUNNER_CAPABILITIES", strings.Join(info.GetRunnerCapabilities(), " ")),
		flag.Set("logging_endpoint", info.GetLoggingEndpoint().GetUrl()),
		flag.Set("control_endpoint", info.GetControlEndpoint().GetUrl()),
		flag.Set("options", options),
		flag.Set("worker", "true"))
}
