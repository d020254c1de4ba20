#!/usr/bin/env ruby
# frozen_string_literal: true

# A client of engagement-rpc, and what it is good for: ruby engagement.rb (Ruby 3.0 or newer, no gems).

require "json"

# One process. Any number of threads may call at once. It ends with the program, closed or not.
class Bridge
  # The call brought an error. data is all that is known of it; applied is nil for reads.
  class Refused < StandardError
    attr_reader :code, :data

    def initialize(error)
      super(error["message"])
      @code = error["code"]
      @data = error["data"] || {}
    end

    def kind = data["kind"]
    def retryable? = data["retryable"] || false
    def retry_after_ms = data["retry_after_ms"]
    def applied = data["applied"]
    def attempts = data["attempts"]
    def errors = data["errors"] || []
    # Not `cause`, which is Ruby's own.
    def reason = data["cause"]
  end

  # The process is gone, so nothing is known of the call. status is its Process::Status.
  class Ended < StandardError
    attr_reader :status

    def initialize(sentence, status = nil)
      super(sentence)
      @status = status
    end
  end

  # A call under way: its answer can be waited for, or given up.
  Call = Struct.new(:bridge, :id, :on_progress, :answer) do
    # The result, with "data" and "meta".
    def value
      outcome = answer.pop
      answer.push(outcome)
      outcome.is_a?(Exception) ? raise(outcome) : outcome
    end

    # The call still has an answer, which says what became of it.
    def cancel = bridge.cancel(id)
  end

  PROBE = "$/waits" # A method that nobody has.

  # $ENGAGEMENT_RPC, else what is on the PATH, else the release build of the repository that this file is in.
  def self.program
    named = ENV["ENGAGEMENT_RPC"].to_s
    return named unless named.empty?

    on_path = ENV["PATH"].to_s.split(File::PATH_SEPARATOR).map { |folder| File.join(folder, "engagement-rpc") }
    built = File.expand_path("../../.build/release/engagement-rpc", __dir__)
    [*on_path, built].find { |path| File.file?(path) && File.executable?(path) } || "engagement-rpc"
  end

  # Raises a SystemCallError when the process can't be started, and Ended, with the process's own sentence, when it does
  # not stay (a misspelt flag).
  def initialize(*flags)
    spawn(flags)
    # Two locks, because writing waits while answers are not read, and the reader needs the calls.
    @lock = Mutex.new
    @writing = Mutex.new
    @calls = {}
    @last_id = 0
    # Errors without an id, and the calls that they may be about.
    @unreadable = []
    @suspects = []
    # What the process says before its first answer: should it end there, that is why. Afterwards it is passed on.
    @said = +""
    @relayer = Thread.new { relay }
    @reader = Thread.new { read }
    call("service.ping")
    @lock.synchronize do
      $stderr.write(@said)
      @said = nil
    end
  end

  # Begins a call. The block hears $/progress, on the reader's thread.
  def start(method, params = {}, &on_progress)
    call = @lock.synchronize do
      raise Ended.new("engagement-rpc has ended.", @status) unless @calls

      id = @last_id += 1
      @calls[id] = Call.new(self, id, on_progress, Queue.new)
    end
    params = params.merge(options: (params[:options] || {}).merge(progress_token: call.id)) if on_progress
    write({ id: call.id, method: method, params: params })
    call
  end

  def call(...) = start(...).value

  def cancel(id) = write({ method: "$/cancelRequest", params: { id: id } })

  # What was sent is still answered; then the process ends by itself, with the Process::Status that this gives.
  def close
    @writing.synchronize { @input.close }
    (@lock.synchronize { @calls&.values } || []).each { |call| call.answer.push(call.answer.pop) }
    Process.kill(:KILL, @pid) unless @reader.join(10)
    @reader.join
    @status
  end

  private

  def spawn(flags)
    input, @input = IO.pipe
    @output, output = IO.pipe
    @errors, errors = IO.pipe
    # An answer is UTF-8, whatever the locale says.
    [@output, @errors].each { |pipe| pipe.set_encoding(Encoding::UTF_8) }
    @pid = Process.spawn([self.class.program, "engagement-rpc"], *flags, in: input, out: output, err: errors)
  ensure
    [input, output, errors].each(&:close)
  end

  def write(message)
    line = "#{JSON.generate({ jsonrpc: '2.0' }.merge(message))}\n"
    @writing.synchronize { @input.write(line) }
  rescue Errno::EPIPE, IOError
    # The reader sees that the process has ended, and tells every call.
  end

  def read
    begin
      @output.each_line { |line| hear(JSON.parse(line)) if line.end_with?("\n") }
    rescue StandardError => e
      warn "What engagement-rpc says can't be understood: #{e.message}"
      Process.kill(:KILL, @pid)
    end
    # A child of its own may hold stderr a while longer.
    @relayer.join(1)
    finish(Process.wait2(@pid).last)
  end

  def finish(status)
    how = status.signaled? ? "SIG#{Signal.signame(status.termsig)}" : "status #{status.exitstatus}"
    @lock.synchronize do
      said = @said.to_s.strip
      sentence = said.empty? ? "engagement-rpc ended before it had answered (#{how})." : said
      left, @calls, @status = @calls, nil, status
      left.each_value { |call| call.answer.push(Ended.new(sentence, status)) }
    end
  end

  # What the process says on stderr.
  def relay
    loop do
      text = @errors.readpartial(65_536)
      @lock.synchronize { @said ? @said << text : $stderr.write(text) }
    end
  rescue EOFError
    @errors.close
  end

  # Tells whom a message concerns.
  def hear(message)
    return progress(message["params"]) if message["method"] == "$/progress"

    id = message["id"]
    error = message["error"] && Refused.new(message["error"])
    asked = @lock.synchronize do
      new = id.nil? && error ? suspect(error) : []
      attribute(id, error || message["result"]) if id
      if @suspects.size <= @unreadable.size
        @suspects.dup.each { |one| settle(one, @unreadable.shift) }
        @unreadable.clear
      end
      new & @suspects
    end
    # Not by the reader itself, because writing may wait for it.
    Thread.new { asked.each { |one| write({ id: one, method: PROBE }) } } unless asked.empty?
  end

  # There was a request that it could not read: of the calls that wait, one whose id it does not know.
  def suspect(error)
    @unreadable << error
    new = @calls.keys - @suspects
    @suspects += new
    new
  end

  def attribute(id, outcome)
    if outcome.is_a?(Refused) && outcome.message.include?(PROBE)
      settle(id, @unreadable.shift || outcome) if @calls.key?(id)
    elsif outcome.is_a?(Refused) && outcome.code == -32_600 && @suspects.include?(id)
      @suspects.delete(id) # Its id is taken, so it was read.
    else
      settle(id, outcome)
    end
  end

  def settle(id, outcome)
    @suspects.delete(id)
    @calls.delete(id)&.answer&.push(outcome)
  end

  def progress(params)
    call = @lock.synchronize { @calls[params["token"]] }
    call&.on_progress&.call(params["value"])
  rescue StandardError => e
    @lock.synchronize { settle(params["token"], e) }
  end
end

def demo(bridge)
  engagement = "ngmt_sandbox01"
  page = bridge.call("engagement.get", { engagement_id: engagement, expand: ["contacts"] })["data"]
  puts "contacts: #{page['contacts'].map { |c| "#{c['first_name']} #{c['last_name']}" }.join(', ')}"

  replacement = { engagement_id: engagement, contact_ids: %w[cnt_sandbox01 cnt_sandbox05] }
  { "dry run" => { dry_run: true }, "replaced" => { report_changes: true } }.each do |label, mode|
    changes = bridge.call("engagement.replaceContacts", replacement.merge(mode))["changes"]
    puts "#{label}: added #{changes['added']}, removed #{changes['removed']}, verified #{changes['verified']}"
  end

  begin
    bridge.call("engagement.replaceContacts", { engagement_id: engagement, contact_ids: ["cnt_nobody"] })
  rescue Bridge::Refused => e
    puts "refused: #{e.kind}, applied #{e.applied}, retryable #{e.retryable?}: #{e.message}"
  end

  match = "PUT /v2/engagements/ngmt_sandbox05/contacts"
  bridge.call("sandbox.fail", { match: match, steps: [{ delay_ms: 60_000 }] })
  slow = bridge.start("engagement.replaceContacts", { engagement_id: "ngmt_sandbox05", contact_ids: ["cnt_sandbox08"] })

  calls = (1..40).map { |number| bridge.start("contact.get", { contact_id: format("cnt_sandbox%02d", number) }) }
  puts "at once: #{calls.map(&:value).size} contacts, while a slow call waits"

  sleep 0.2
  slow.cancel
  begin
    slow.value
  rescue Bridge::Refused => e
    puts "cancelled: #{e.kind}, applied #{e.applied}"
  end

  told = []
  params = { all: true, limit: 50, fields: ["id"] }
  everything = bridge.call("engagement.list", params) { |value| told << value["items"] }
  puts "progress: #{told.join(', ')}, then #{everything['data']['data'].size} engagements"
end

if $PROGRAM_NAME == __FILE__
  begin
    bridge = Bridge.new("--sandbox")
    demo(bridge)
  rescue SystemCallError => e
    warn "engagement-rpc can't be started: #{e.message}."
    exit 64
  rescue Bridge::Refused, Bridge::Ended => e
    warn e.message
    bridge&.close
    exit e.is_a?(Bridge::Ended) && e.status&.exitstatus == 64 ? 64 : 1
  end
  status = bridge.close.exitstatus || 1
  puts "ended: status #{status}"
  exit status
end
