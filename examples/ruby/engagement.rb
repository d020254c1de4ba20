#!/usr/bin/env ruby
# frozen_string_literal: true

# A client of engagement-rpc, and what it is good for: ruby engagement.rb (Ruby 3.0 or newer, no gems).

require "json"

# One process. Any number of threads may call at once.
class Bridge
  BUILT = File.expand_path("../../.build/release/engagement-rpc", __dir__)

  # The call brought an error; applied is nil for reads.
  class Refused < StandardError
    attr_reader :code, :data

    def initialize(error)
      super(error["message"])
      @code = error["code"]
      @data = error["data"] || {}
    end

    def kind = data["kind"]
    def applied = data["applied"]
    def retryable? = data["retryable"] || false
  end

  # The process is gone, so nothing is known of the call.
  class Ended < StandardError; end

  # A call under way: its answer can be waited for, or given up.
  Call = Struct.new(:bridge, :id, :on_progress, :answer) do
    # The result, with "data" and "meta".
    def value
      message = answer.pop
      answer.push(message)
      raise Ended, "engagement-rpc ended before it had answered." if message == :ended
      raise Refused, message["error"] if message["error"]

      message["result"]
    end

    # The call still has an answer, which says what became of it.
    def cancel = bridge.cancel(id)
  end

  def self.program
    on_path = ENV["PATH"].to_s.split(File::PATH_SEPARATOR).map { |folder| File.join(folder, "engagement-rpc") }
    found = ENV["ENGAGEMENT_RPC"].to_s
    found.empty? ? on_path.find { |path| File.file?(path) && File.executable?(path) } || BUILT : found
  end

  # Raises a SystemCallError when the process can't be started.
  def initialize(*flags)
    input, @input = IO.pipe
    @output, output = IO.pipe
    # An answer is UTF-8, whatever the locale says.
    @output.set_encoding(Encoding::UTF_8)
    @pid = Process.spawn([self.class.program, "engagement-rpc"], *flags, in: input, out: output)
    # Two locks, because writing waits while answers are not read, and the reader needs the calls.
    @lock = Mutex.new
    @writing = Mutex.new
    @calls = {}
    @last_id = 0
    @reader = Thread.new { read }
  ensure
    [input, output].each(&:close)
  end

  # Begins a call. The block hears $/progress, on the reader's thread.
  def start(method, params = {}, &on_progress)
    call = @lock.synchronize do
      raise Ended, "engagement-rpc has ended." unless @calls

      id = @last_id += 1
      @calls[id] = Call.new(self, id, on_progress, Queue.new)
    end
    params = params.merge(options: (params[:options] || {}).merge(progress_token: call.id)) if on_progress
    write({ id: call.id, method: method, params: params })
    call
  end

  def call(...) = start(...).value

  def cancel(id) = write({ method: "$/cancelRequest", params: { id: id } })

  # What was sent is still answered; then the process ends by itself, with the status that this gives.
  def close
    @input.close
    Process.kill(:KILL, @pid) unless @reader.join(10)
    Process.wait2(@pid).last
  end

  private

  def write(message)
    line = "#{JSON.generate({ jsonrpc: '2.0' }.merge(message))}\n"
    @writing.synchronize { @input.write(line) }
  rescue Errno::EPIPE
    # The reader sees that the process has ended, and tells every call.
  end

  def read
    @output.each_line do |line|
      message = JSON.parse(line)
      if message["method"] == "$/progress"
        call = @lock.synchronize { @calls[message["params"]["token"]] }
        call&.on_progress&.call(message["params"]["value"])
      else
        @lock.synchronize { @calls.delete(message["id"]) }&.answer&.push(message)
      end
    end
  ensure
    left = @lock.synchronize { @calls.tap { @calls = nil } }
    left.each_value { |call| call.answer.push(:ended) }
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
  rescue SystemCallError => e
    warn "engagement-rpc can't be started: #{e.message}."
    exit 64
  end
  begin
    demo(bridge)
  rescue Bridge::Refused, Bridge::Ended => e
    bridge.close
    abort e.message
  end
  status = bridge.close.exitstatus || 1
  puts "ended: status #{status}"
  exit status
end
