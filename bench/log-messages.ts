// The messages of logs that the benchmarks store.

const routes = ["/", "/pets", "/pets/7", "/orders", "/login", "/health", "/admin", "/search"];
const users = ["ada", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy"];

/** Of ten events six are JSON, three lines of an access log and one a stack trace. */
export function mixedMessage(index: number): string {
  const mixed = Math.imul(index, 2_654_435_761) >>> 0;
  const id = `${mixed.toString(16).padStart(8, "0")}-${(mixed ^ 0x5bd1e995).toString(16)}`;
  const route = routes[mixed % 8] ?? "/";
  const user = users[(mixed >>> 5) % 10] ?? "";
  const status = mixed % 37 === 0 ? 500 : mixed % 11 === 0 ? 404 : 200;
  const kind = index % 10;
  if (kind < 6) {
    const level = status === 500 ? "ERROR" : "INFO";
    return JSON.stringify({
      level,
      status,
      path: route,
      requestId: id,
      user,
      durationMs: mixed % 1_000,
      region: "eu-west-1",
      message: `request of ${user} handled`,
      http: { method: "GET", bytes: mixed % 50_000, agent: "Mozilla/5.0 (X11; Linux x86_64)" },
    });
  }
  if (kind < 9) {
    const address = `10.${mixed % 256}.${(mixed >>> 8) % 256}.7`;
    const request = `[02/Nov/2026:10:00:00 +0000] "GET ${route} HTTP/1.1"`;
    return `${address} - ${user} ${request} ${status} ${mixed % 9_999}`;
  }
  const lines = Array.from(
    { length: 8 },
    (_, line) => `\tat com.example.Service${line}.call(Service.java:${line * 7})`,
  );
  return [`ERROR ${id} java.lang.IllegalStateException: no ${user}`, ...lines].join("\n");
}

/** What services write while nothing happens: health checks, and a worker that has nothing to do. */
export function repetitiveMessage(index: number, at: number): string {
  const mixed = Math.imul(index, 2_654_435_761) >>> 0;
  const time = new Date(at).toISOString();
  switch (index % 4) {
    case 0:
    case 1:
      return JSON.stringify({
        time,
        level: "INFO",
        service: "cart",
        status: 200,
        path: "/health",
        durationMs: mixed % 20,
        message: "health check handled, all dependencies answered",
      });
    case 2:
      return `${time} INFO [worker-${mixed % 4}] Scheduler - polled queue orders, ${mixed % 3} messages`;
    default: {
      const request = `"GET ${routes[mixed % 8] ?? "/"} HTTP/1.1" 200 ${512 << (mixed % 3)}`;
      return `10.0.0.${mixed % 8} - - [${time}] ${request} "-" "ELB-HealthChecker/2.0"`;
    }
  }
}
