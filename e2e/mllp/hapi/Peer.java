import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.HL7Exception;
import ca.uhn.hl7v2.HapiContext;
import ca.uhn.hl7v2.app.Connection;
import ca.uhn.hl7v2.app.ConnectionListener;
import ca.uhn.hl7v2.app.HL7Service;
import ca.uhn.hl7v2.model.Message;
import ca.uhn.hl7v2.protocol.ReceivingApplication;
import ca.uhn.hl7v2.util.StandardSocketFactory;
import ca.uhn.hl7v2.util.Terser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * A sender or a receiver of HAPI HL7v2, driven by lines.
 *
 * <p>receive PORT PLACE...: prints a line for each message, with what HAPI finds at these places,
 * and one for each connection. send PORT PLACE...: reads a message in Base64 from each line, sends
 * it on one connection, and prints what HAPI finds in its answer. Fields end with a tab.
 */
public final class Peer {
  private static final int ANSWER_SECONDS = 20;

  public static void main(String[] arguments) throws Exception {
    var port = Integer.parseInt(arguments[1]);
    var places = Arrays.copyOfRange(arguments, 2, arguments.length);
    var context = new DefaultHapiContext();
    context.setSocketFactory(new LoopbackFactory());
    if (arguments[0].equals("receive")) {
      receive(context, port, places);
    } else {
      send(context, port, places);
    }
  }

  private static void receive(HapiContext context, int port, String[] places) throws Exception {
    HL7Service server = context.newServer(port, false);
    server.registerConnectionListener(
        new ConnectionListener() {
          @Override
          public void connectionReceived(Connection connection) {
            say("connected");
          }

          @Override
          public void connectionDiscarded(Connection connection) {
            say("discarded");
          }
        });
    server.registerApplication(
        new ReceivingApplication<Message>() {
          @Override
          public Message processMessage(Message message, Map<String, Object> metadata)
              throws HL7Exception {
            say("taken\t" + found(message, places) + "whole");
            try {
              return message.generateACK();
            } catch (IOException raised) {
              throw new HL7Exception(raised);
            }
          }

          @Override
          public boolean canProcess(Message message) {
            return true;
          }
        });
    server.startAndWait();
    say("ready");
  }

  private static void send(HapiContext context, int port, String[] places) throws Exception {
    Connection connection = context.newClient("127.0.0.1", port, false);
    connection.getInitiator().setTimeout(ANSWER_SECONDS, TimeUnit.SECONDS);
    say("ready");
    var lines = new BufferedReader(new InputStreamReader(System.in));
    for (String line; (line = lines.readLine()) != null; ) {
      var text = new String(Base64.getDecoder().decode(line), ISO_8859_1);
      try {
        var message = context.getPipeParser().parse(text);
        var answer = connection.getInitiator().sendAndReceive(message);
        say("answer\t" + found(answer, places) + connection.isOpen());
      } catch (HL7Exception | IOException raised) {
        say("failed\t" + raised.getClass().getSimpleName() + "\t" + connection.isOpen());
      }
    }
    context.close();
  }

  private static String found(Message message, String[] places) {
    var terser = new Terser(message);
    return Arrays.stream(places)
        .map(place -> at(terser, place) + "\t")
        .collect(Collectors.joining());
  }

  private static String at(Terser terser, String place) {
    try {
      var value = terser.get(place);
      return value == null ? "" : value;
    } catch (HL7Exception raised) {
      return ""; // the message has no such segment
    }
  }

  private static synchronized void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  /** HAPI listens on every address of the machine otherwise. */
  private static final class LoopbackFactory extends StandardSocketFactory {
    @Override
    public ServerSocket createServerSocket() throws IOException {
      return new ServerSocket() {
        @Override
        public void bind(SocketAddress address, int backlog) throws IOException {
          var port = ((InetSocketAddress) address).getPort();
          super.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), backlog);
        }
      };
    }
  }
}
