import Glibc

/// The part of OpenSSL that a TLS server needs. It uses the library that libcurl loads anyway, so nothing is linked,
/// and no headers are needed.
struct OpenSSL: Sendable {
    typealias Handle = OpaquePointer
    typealias Make = @Sendable @convention(c) () -> Handle?
    typealias Derive = @Sendable @convention(c) (Handle?) -> Handle?
    typealias Ask = @Sendable @convention(c) (Handle?) -> Int32
    typealias Free = @Sendable @convention(c) (Handle?) -> Void
    typealias Control = @Sendable @convention(c) (Handle?, Int32, Int, Handle?) -> Int
    typealias Take = @Sendable @convention(c) (Handle?, UnsafeMutableRawPointer?, Int32) -> Int32

    let serverMethod: Make
    let newContext: Derive
    let useChain: @Sendable @convention(c) (Handle?, UnsafePointer<CChar>) -> Int32
    let useKey: @Sendable @convention(c) (Handle?, UnsafePointer<CChar>, Int32) -> Int32
    let freeContext: Free
    let setVerify: @Sendable @convention(c) (Handle?, Int32, Handle?) -> Void
    let newSession: Derive
    let setDescriptor: @Sendable @convention(c) (Handle?, Int32) -> Int32
    let setStreams: @Sendable @convention(c) (Handle?, Handle?, Handle?) -> Void
    let accept: Ask
    let read: Take
    let peek: Take
    let write: @Sendable @convention(c) (Handle?, UnsafeRawPointer?, Int32) -> Int32
    let shutdown: Ask
    let freeSession: Free
    let sessionStream: Make
    let newStream: Derive
    let controlStream: Control

    /// The library; nil without a version 3.
    static let library = try? OpenSSL()

    private init() throws {
        guard let library = dlopen("libssl.so.3", RTLD_NOW) else { throw HarnessFailure("there is no libssl.so.3") }
        func find<Function>(_ name: String) throws -> Function {
            guard let symbol = dlsym(library, name) else { throw HarnessFailure("libssl.so.3 has no \(name)") }
            return unsafeBitCast(symbol, to: Function.self)
        }
        serverMethod = try find("TLS_server_method")
        newContext = try find("SSL_CTX_new")
        useChain = try find("SSL_CTX_use_certificate_chain_file")
        useKey = try find("SSL_CTX_use_PrivateKey_file")
        freeContext = try find("SSL_CTX_free")
        setVerify = try find("SSL_CTX_set_verify")
        newSession = try find("SSL_new")
        setDescriptor = try find("SSL_set_fd")
        setStreams = try find("SSL_set_bio")
        accept = try find("SSL_accept")
        read = try find("SSL_read")
        peek = try find("SSL_peek")
        write = try find("SSL_write")
        shutdown = try find("SSL_shutdown")
        freeSession = try find("SSL_free")
        sessionStream = try find("BIO_f_ssl")
        newStream = try find("BIO_new")
        controlStream = try find("BIO_ctrl")
    }
}

/// The server's side of one TLS connection, blocking, on a socket or inside another TLS connection. One thread only.
final class TLSSession {
    private let library: OpenSSL
    private let session: OpenSSL.Handle?
    /// The TLS connection that this one is inside of.
    private let outer: TLSSession?

    /// Shakes hands; nil if that fails.
    init?(_ context: TLSContext, on descriptor: Int32, inside outer: TLSSession?) {
        library = context.library
        self.outer = outer
        session = library.newSession(context.context)
        if let outer {
            // BIO_C_SET_SSL, without becoming its owner.
            let stream = library.newStream(library.sessionStream())
            _ = library.controlStream(stream, 109, 0, outer.session)
            library.setStreams(session, stream, stream)
        } else {
            _ = library.setDescriptor(session, descriptor)
        }
        guard library.accept(session) == 1 else { return nil }
    }

    deinit { library.freeSession(session) }

    /// Like `recv`.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        Int(library.read(session, buffer.baseAddress, Int32(clamping: buffer.count)))
    }

    /// Waits for a byte; false at the end. The byte stays unread.
    func hasByte() -> Bool {
        var byte: UInt8 = 0
        return library.peek(session, &byte, 1) > 0
    }

    /// Like `send`. Up to 16 KiB are one record.
    func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        Int(library.write(session, bytes.baseAddress, Int32(clamping: bytes.count)))
    }

    /// Sends close_notify.
    func notifyOfClose() { _ = library.shutdown(session) }
}

/// A certificate and its key for TLS. `context` does not change after the start, and OpenSSL guards its own counters in
/// it.
final class TLSContext: @unchecked Sendable {
    let library: OpenSSL
    let context: OpenSSL.Handle?

    /// A context with the chain and the key in these PEM files. Throws without OpenSSL or these files.
    init(chain: String, key: String, wantsClientCertificate: Bool) throws {
        guard let library = OpenSSL.library else { throw HarnessFailure("there is no OpenSSL 3 to speak TLS with") }
        self.library = library
        // A peer that has gone must not end the test run.
        _ = signal(SIGPIPE, SIG_IGN)
        context = library.newContext(library.serverMethod())
        guard library.useChain(context, chain) == 1, library.useKey(context, key, 1) == 1 else {
            throw HarnessFailure("OpenSSL does not take \(chain) and \(key)")
        }
        // SSL_VERIFY_PEER and SSL_VERIFY_FAIL_IF_NO_PEER_CERT.
        if wantsClientCertificate { library.setVerify(context, 3, nil) }
    }

    deinit { library.freeContext(context) }
}
