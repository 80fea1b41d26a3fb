// Package bench compares the speed of the framework's graphs with hand-written gradients (package manual), with the same
// layers made of small ops, and with Gorgonia's own machine and its Adam.
//
//	go test -run '^$' -bench . ./bench                  # every contestant at every work
//	go test -run '^$' -bench /step/wide/float32 ./bench # one row of it
//	go test -run Soak -soak -v ./bench                  # 10,000 steps: flat memory, no allocation
//
// Contestants lists what is compared. The tests check that all compute the same log p, loss, gradient and steps, so
// that the same mathematics is timed.
package bench
