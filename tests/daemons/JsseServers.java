import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * Java's own TLS with everything in it that Java forbids by default: SSLv3, RC4, DES, EXPORT, NULL, anonymous suites.
 *
 * <p>java JsseServers.java FILE, where each line of FILE says, separated by blanks: address, port, PEM file (key first),
 * protocols and suites, each separated by commas. Port 25 speaks SMTP up to STARTTLS; the others
 * are https with one page. Ends when it is killed.
 */
public final class JsseServers {
    private static final int BACKLOG = 50;
    private static final int WAIT_MS = 10_000;
    private static final int LINE_BYTES = 1024;
    private static final char[] WORD = "pass".toCharArray();
    private static final String PAGE = "<!doctype html><title>Region</title><p>OK";

    private final SSLContext context;
    private final String[] protocols;
    private final String[] suites;
    private final boolean mail;

    private JsseServers(SSLContext context, String[] protocols, String[] suites, boolean mail) {
        this.context = context;
        this.protocols = protocols;
        this.suites = suites;
        this.mail = mail;
    }

    public static void main(String[] arguments) throws Exception {
        for (String name : new String[] {"jdk.tls.disabledAlgorithms", "jdk.tls.legacyAlgorithms",
                "jdk.certpath.disabledAlgorithms"}) {
            Security.setProperty(name, "");
        }
        for (String line : Files.readAllLines(Path.of(arguments[0]))) {
            String[] words = line.split(" ");
            int port = Integer.parseInt(words[1]);
            JsseServers server = new JsseServers(
                    context(Path.of(words[2])), words[3].split(","), words[4].split(","), port == 25);
            ServerSocket listening = new ServerSocket(port, BACKLOG, InetAddress.getByName(words[0]));
            new Thread(() -> server.accept(listening)).start();
        }
    }

    /** Key and certificates from one PEM file, the key first. */
    private static SSLContext context(Path file) throws Exception {
        String pem = Files.readString(file);
        int certificates = pem.indexOf("-----BEGIN CERTIFICATE-----");
        byte[] der = Base64.getMimeDecoder().decode(pem.substring(0, certificates).replaceAll("-----[^-]+-----", ""));
        InputStream chain = new ByteArrayInputStream(pem.substring(certificates).getBytes(StandardCharsets.US_ASCII));
        KeyStore store = KeyStore.getInstance("JKS");
        store.load(null, WORD);
        store.setKeyEntry("leaf", privateKey(new PKCS8EncodedKeySpec(der)), WORD,
                CertificateFactory.getInstance("X.509").generateCertificates(chain).toArray(new Certificate[0]));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, WORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    private static PrivateKey privateKey(PKCS8EncodedKeySpec encoded) throws GeneralSecurityException {
        try {
            return KeyFactory.getInstance("RSA").generatePrivate(encoded);
        } catch (InvalidKeySpecException notRsa) {
            return KeyFactory.getInstance("EC").generatePrivate(encoded);
        }
    }

    private void accept(ServerSocket listening) {
        while (true) {
            try {
                Socket socket = listening.accept();
                new Thread(() -> serve(socket)).start();
            } catch (IOException error) {
                throw new IllegalStateException(error);
            }
        }
    }

    private void serve(Socket accepted) {
        try (Socket socket = accepted) {
            socket.setSoTimeout(WAIT_MS);
            if (mail) {
                if (greeted(socket)) {
                    commands(encrypted(socket), true);
                }
            } else {
                SSLSocket web = encrypted(socket);
                while (!line(web.getInputStream()).isEmpty()) {
                    // The head of the request, whatever it asks for.
                }
                say(web, "HTTP/1.1 200 OK", "Content-Type: text/html", "Content-Length: " + PAGE.length(),
                        "Connection: close", "", PAGE);
                web.close();
            }
        } catch (IOException error) {
            // The client's affair: most of them come to be refused.
        }
    }

    private SSLSocket encrypted(Socket socket) throws IOException {
        SSLSocket layer = (SSLSocket) context.getSocketFactory().createSocket(socket, null, true);
        SSLParameters parameters = layer.getSSLParameters();
        parameters.setProtocols(protocols);
        parameters.setCipherSuites(suites);
        parameters.setUseCipherSuitesOrder(true);
        layer.setSSLParameters(parameters);
        layer.startHandshake();
        return layer;
    }

    private static boolean greeted(Socket socket) throws IOException {
        say(socket, "220 mx ESMTP");
        return commands(socket, false);
    }

    /** Answers commands; true when TLS is to begin, false when the client is done. */
    private static boolean commands(Socket socket, boolean inTls) throws IOException {
        while (true) {
            String verb = line(socket.getInputStream()).split(" ")[0].toUpperCase();
            switch (verb) {
                case "EHLO":
                    say(socket, inTls ? new String[] {"250 mx"} : new String[] {"250-mx", "250 STARTTLS"});
                    break;
                case "STARTTLS":
                    say(socket, inTls ? "503 5.5.1 Once is enough" : "220 2.0.0 Go ahead");
                    if (!inTls) {
                        return true;
                    }
                    break;
                case "QUIT":
                    say(socket, "221 2.0.0 Bye");
                    socket.close();
                    return false;
                case "":
                    return false;
                default:
                    say(socket, "250 2.0.0 OK");
            }
        }
    }

    /** One line without its end, byte by byte so that nothing of what follows is taken; empty at the end of all. */
    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int octet = in.read(); octet != -1 && octet != '\n' && line.length() < LINE_BYTES; octet = in.read()) {
            line.append((char) octet);
        }
        return line.toString().strip();
    }

    private static void say(Socket socket, String... lines) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write((String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }
}
