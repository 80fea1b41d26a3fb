package graph

import "sync"

// programs holds the compiled programs of one graph at one batch size: as many as have ever run at once, up to a limit. They
// are kept, because compiling takes a hundred times as long as running. If all are running, callers wait for their turn:
// more programs than processors would only be preempted in the middle of their runs.
type programs struct {
	running chan struct{} // one place for each running program

	mu   sync.Mutex
	idle []*rowProgram // the most recently used one, which may still be in the caches, is last
}

// newPrograms allows so many programs to run at once.
func newPrograms(most int) *programs {
	return &programs{running: make(chan struct{}, most), idle: make([]*rowProgram, 0, most)}
}

// borrow returns a program for one run, to be released afterwards; compile is called if none is idle.
func (p *programs) borrow(compile func() (*rowProgram, error)) (*rowProgram, error) {
	p.running <- struct{}{}
	if program := p.take(); program != nil {
		return program, nil
	}
	program, err := compile()
	if err != nil {
		<-p.running
	}
	return program, err
}

func (p *programs) take() (program *rowProgram) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if last := len(p.idle) - 1; last >= 0 {
		program, p.idle = p.idle[last], p.idle[:last]
	}
	return program
}

// release returns a program.
func (p *programs) release(program *rowProgram) {
	p.mu.Lock()
	p.idle = append(p.idle, program)
	p.mu.Unlock()
	<-p.running
}
