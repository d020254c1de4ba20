// A client of engagement-rpc (Go 1.18 or newer, the standard library alone).
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Refused is the error that a call brought.
type Refused struct {
	Code    int       `json:"code"`
	Message string    `json:"message"`
	Data    ErrorData `json:"data"`
}

func (r *Refused) Error() string { return r.Message }

// ErrorData is what is known of an error. Applied is empty for reads; Raw has all of it.
type ErrorData struct {
	Kind           string       `json:"kind"`
	Retryable      bool         `json:"retryable"`
	RetryAfterMS   int          `json:"retry_after_ms"`
	Applied        string       `json:"applied"`
	Attempts       int          `json:"attempts"`
	Status         int          `json:"status"`
	RequestID      string       `json:"request_id"`
	APIVersion     string       `json:"api_version"`
	RequiredScopes []string     `json:"required_scopes"`
	Errors         []FieldError `json:"errors"`
	Cause          string       `json:"cause"`
	// Problem is the API's own body.
	Problem json.RawMessage `json:"problem"`
	Raw     json.RawMessage `json:"-"`
}

// FieldError is one thing that is wrong with what was sent.
type FieldError struct {
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// UnmarshalJSON keeps what it reads in Raw, too.
func (d *ErrorData) UnmarshalJSON(text []byte) error {
	type plain ErrorData
	err := json.Unmarshal(text, (*plain)(d))
	d.Raw = append(json.RawMessage(nil), text...)
	return err
}

// ErrEnded is what errors.Is finds in an *Ended.
var ErrEnded = errors.New("engagement-rpc has ended.")

// Ended says that the process is gone, so that nothing is known of the call. Sentence is its own if it said why.
type Ended struct {
	Sentence string
	State    *os.ProcessState
}

func (e *Ended) Error() string        { return e.Sentence }
func (e *Ended) Is(target error) bool { return target == ErrEnded }

// Params are those of a method, by name.
type Params map[string]any

func (p Params) with(name string, value any) Params {
	all := Params{name: value}
	for other, value := range p {
		if other != name {
			all[other] = value
		}
	}
	return all
}

// Result is what a call brought. Changes is there after a replacement that was to report them; Raw has all of it.
type Result struct {
	Data    json.RawMessage `json:"data"`
	Meta    Meta            `json:"meta"`
	Changes Changes         `json:"changes"`
	Raw     json.RawMessage `json:"-"`
}

// Meta says how the API answered. StoppedBy is why a list with all ended early.
type Meta struct {
	Status     int     `json:"status"`
	APIVersion string  `json:"api_version"`
	ETag       string  `json:"etag"`
	Attempts   int     `json:"attempts"`
	ElapsedMS  float64 `json:"elapsed_ms"`
	StoppedBy  *Stop   `json:"stopped_by"`
}

// Stop is what ended a list before its end; Error where it was a failure.
type Stop struct {
	Kind    string     `json:"kind"`
	Message string     `json:"message"`
	Error   *ErrorData `json:"error"`
}

// Changes are the ids that a replacement changes. After is nil where it could not be read back.
type Changes struct {
	Before    []string `json:"before"`
	After     []string `json:"after"`
	Added     []string `json:"added"`
	Removed   []string `json:"removed"`
	Kept      []string `json:"kept"`
	Preserved []string `json:"preserved"`
	Remaining []string `json:"remaining"`
	Verified  bool     `json:"verified"`
}

type outcome struct {
	result json.RawMessage
	err    error
}

type waiting struct {
	outcome    chan outcome
	onProgress func(items int)
}

// A method that nobody has.
const probe = "$/waits"

// Bridge is one process; any number of goroutines may call at once. It ends with the program, closed or not.
type Bridge struct {
	command *exec.Cmd
	input   io.WriteCloser
	said    chan struct{} // closed when all that it said on stderr has been read
	over    chan struct{} // closed when it has ended

	// Two locks, because writing waits while answers are not read, and the reader needs the calls.
	writing sync.Mutex
	lock    sync.Mutex
	calls   map[int]waiting // nil once the process has ended
	lastID  int
	ending  error
	// Errors without an id, and the calls that they may be about.
	unreadable []*Refused
	suspects   map[int]bool
	// What the process says before its first answer: should it end there, that is why. Afterwards it is passed on.
	held    bytes.Buffer
	passing bool
}

// program is $ENGAGEMENT_RPC, else what is on the PATH, else the release build of the repository that this file is in.
func program() string {
	if named := os.Getenv("ENGAGEMENT_RPC"); named != "" {
		return named
	}
	if _, err := exec.LookPath("engagement-rpc"); err != nil {
		_, source, _, _ := runtime.Caller(0)
		built := filepath.Join(filepath.Dir(source), "../../.build/release/engagement-rpc")
		if _, err := os.Stat(built); err == nil {
			return built
		}
	}
	return "engagement-rpc"
}

// Start starts the process. The error is an *Ended, with the process's own sentence, when it does not stay: a misspelt
// flag, say.
func Start(flags ...string) (*Bridge, error) {
	command := exec.Command(program(), flags...)
	input, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	stderr, err := command.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	b := &Bridge{command: command, input: input, said: make(chan struct{}), over: make(chan struct{}),
		calls: map[int]waiting{}, suspects: map[int]bool{}}
	go func() {
		io.Copy(relay{b}, stderr)
		close(b.said)
	}()
	go b.receive(output)
	if _, err := b.Call(context.Background(), "service.ping", nil, nil); err != nil {
		b.Close()
		return nil, err
	}
	b.lock.Lock()
	defer b.lock.Unlock()
	b.passing = true
	b.held.WriteTo(os.Stderr)
	return b, nil
}

// relay takes what the process says on stderr.
type relay struct{ b *Bridge }

func (r relay) Write(text []byte) (int, error) {
	r.b.lock.Lock()
	defer r.b.lock.Unlock()
	if !r.b.passing {
		return r.b.held.Write(text)
	}
	os.Stderr.Write(text)
	return len(text), nil
}

// Call waits for the answer. When ctx ends it asks for the call to be cancelled and still waits for the answer, which
// says what became of a write. onProgress may be nil.
func (b *Bridge) Call(ctx context.Context, method string, params Params, onProgress func(items int)) (*Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	call := waiting{make(chan outcome, 1), onProgress}
	b.lock.Lock()
	if b.calls == nil {
		b.lock.Unlock()
		return nil, &Ended{"engagement-rpc has ended.", b.command.ProcessState}
	}
	b.lastID++
	id := b.lastID
	b.calls[id] = call
	b.lock.Unlock()

	if onProgress != nil {
		options, _ := params["options"].(Params)
		params = params.with("options", options.with("progress_token", id))
	}
	if err := b.send(Params{"jsonrpc": "2.0", "id": id, "method": method, "params": params}); err != nil {
		b.settle(id, outcome{err: err})
	}
	var answer outcome
	select {
	case answer = <-call.outcome:
	case <-ctx.Done():
		b.send(Params{"jsonrpc": "2.0", "method": "$/cancelRequest", "params": Params{"id": id}})
		answer = <-call.outcome
	}
	if answer.err != nil {
		return nil, answer.err
	}
	result := &Result{Raw: answer.result}
	return result, json.Unmarshal(answer.result, result)
}

// Close lets what was sent be answered; then the process ends by itself.
func (b *Bridge) Close() error {
	b.input.Close()
	for b.callsWait() {
		select {
		case <-b.over:
		case <-time.After(20 * time.Millisecond):
		}
	}
	select {
	case <-b.over:
	case <-time.After(10 * time.Second):
		b.command.Process.Kill()
		<-b.over
	}
	return b.ending
}

func (b *Bridge) callsWait() bool {
	b.lock.Lock()
	defer b.lock.Unlock()
	return len(b.calls) > 0
}

// A write that fails is no error here: the reader sees that the process has ended, and tells every call.
func (b *Bridge) send(message Params) error {
	line, err := json.Marshal(message)
	if err != nil {
		return err
	}
	b.writing.Lock()
	defer b.writing.Unlock()
	b.input.Write(append(line, '\n'))
	return nil
}

func (b *Bridge) settle(id int, o outcome) {
	b.lock.Lock()
	defer b.lock.Unlock()
	b.settleLocked(id, o)
}

func (b *Bridge) settleLocked(id int, o outcome) {
	delete(b.suspects, id)
	if call, waits := b.calls[id]; waits {
		delete(b.calls, id)
		call.outcome <- o
	}
}

type message struct {
	ID     *int            `json:"id"`
	Method string          `json:"method"`
	Result json.RawMessage `json:"result"`
	Error  *Refused        `json:"error"`
	Params struct {
		Token int `json:"token"`
		Value struct {
			Items int `json:"items"`
		} `json:"value"`
	} `json:"params"`
}

func (b *Bridge) receive(output io.Reader) {
	// Not a Scanner, which gives up on long lines; an answer may have 64 MiB.
	for lines := bufio.NewReader(output); ; {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			break
		}
		var m message
		if err := json.Unmarshal(line, &m); err != nil {
			fmt.Fprintf(os.Stderr, "What engagement-rpc says can't be understood: %v\n", err)
			b.command.Process.Kill()
			break
		}
		b.hear(m)
	}
	// A child of its own may hold stderr a while longer.
	select {
	case <-b.said:
	case <-time.After(time.Second):
	}
	b.ending = b.command.Wait()
	b.end(b.command.ProcessState)
}

func (b *Bridge) end(state *os.ProcessState) {
	how := fmt.Sprintf("status %d", state.ExitCode())
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		how = status.Signal().String()
	}
	b.lock.Lock()
	defer b.lock.Unlock()
	sentence := strings.TrimSpace(b.held.String())
	if sentence == "" {
		sentence = fmt.Sprintf("engagement-rpc ended before it had answered (%s).", how)
	}
	for id := range b.calls {
		b.settleLocked(id, outcome{err: &Ended{sentence, state}})
	}
	b.calls = nil
	close(b.over)
}

// hear tells whom a message concerns.
func (b *Bridge) hear(m message) {
	b.lock.Lock()
	defer b.lock.Unlock()
	var asked []int
	switch {
	case m.Method == "$/progress":
		if call := b.calls[m.Params.Token]; call.onProgress != nil {
			b.lock.Unlock()
			call.onProgress(m.Params.Value.Items)
			b.lock.Lock()
		}
		return
	case m.ID == nil && m.Error != nil:
		// There was a request that it could not read: of the calls that wait, one whose id it does not know.
		b.unreadable = append(b.unreadable, m.Error)
		for id := range b.calls {
			if !b.suspects[id] {
				b.suspects[id] = true
				asked = append(asked, id)
			}
		}
	case m.ID == nil:
		return
	case m.Error != nil && strings.Contains(m.Error.Message, probe):
		if _, waits := b.calls[*m.ID]; waits && len(b.unreadable) > 0 {
			b.settleLocked(*m.ID, outcome{err: b.unreadable[0]})
			b.unreadable = b.unreadable[1:]
		} else {
			b.settleLocked(*m.ID, outcome{err: m.Error})
		}
	case m.Error != nil && m.Error.Code == -32600 && b.suspects[*m.ID]:
		delete(b.suspects, *m.ID) // Its id is taken, so it was read.
	case m.Error != nil:
		b.settleLocked(*m.ID, outcome{err: m.Error})
	default:
		b.settleLocked(*m.ID, outcome{result: m.Result})
	}
	if len(b.suspects) > len(b.unreadable) {
		// Not by the reader itself, because writing may wait for it.
		go b.ask(asked)
		return
	}
	ids := make([]int, 0, len(b.suspects))
	for id := range b.suspects {
		ids = append(ids, id)
	}
	sort.Ints(ids)
	for index, id := range ids {
		b.settleLocked(id, outcome{err: b.unreadable[index]})
	}
	b.unreadable = nil
}

func (b *Bridge) ask(ids []int) {
	for _, id := range ids {
		b.send(Params{"jsonrpc": "2.0", "id": id, "method": probe})
	}
}
