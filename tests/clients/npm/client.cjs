// Asks a service of cater by OpenFeature's clients for Node and for browsers; prints what they make of the answers.
//
//     client.cjs BASE_URL [TOKEN]

const { OpenFeature } = require('@openfeature/server-sdk');
const { OFREPProvider } = require('@openfeature/ofrep-provider');
const web = require('@openfeature/web-sdk');
const { OFREPWebProvider } = require('@openfeature/ofrep-web-provider');

const [baseUrl, token] = process.argv.slice(2);
const headers = token ? [['Authorization', `Bearer ${token}`]] : [];
const told = ({ value, reason, variant, errorCode, flagMetadata }) => ({ value, reason, variant, errorCode, flagMetadata });

async function server() {
  await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl, headers }));
  const client = OpenFeature.getClient();
  const ada = { targetingKey: 'ada', age: 40, email: 'ada@example.org', consent: { tips: 'granted' } };
  return {
    first: told(await client.getStringDetails('home', 'code', ada)),
    again: told(await client.getStringDetails('home', 'code', ada)),
    nothing: told(await client.getStringDetails('bar', 'code', { targetingKey: 'kim', age: 3 })),
    number: told(await client.getNumberDetails('till', 7, ada)),
    unknown: told(await client.getStringDetails('nowhere', 'code', ada)),
    nobody: told(await client.getStringDetails('home', 'code', {})),
    misfit: told(await client.getStringDetails('home', 'code', { targetingKey: 'ada', age: 'old' })),
  };
}

async function page() {
  // In a page it is there.
  globalThis.window ??= undefined;
  const seen = [];
  const fetchImplementation = async (url, init) => {
    const answer = await fetch(url, init);
    seen.push(answer.status);
    return answer;
  };
  const provider = new OFREPWebProvider({ baseUrl, headers, pollInterval: -1, fetchImplementation });
  await web.OpenFeature.setContext({ targetingKey: 'ben', age: 40 });
  await web.OpenFeature.setProviderAndWait(provider);
  const client = web.OpenFeature.getClient();
  const before = {
    home: told(client.getStringDetails('home', 'code')),
    bar: told(client.getStringDetails('bar', 'code')),
    unknown: told(client.getStringDetails('nowhere', 'code')),
  };
  await web.OpenFeature.setContext({ targetingKey: 'ben', age: 3 });
  const after = { home: told(client.getStringDetails('home', 'code')), bar: told(client.getStringDetails('bar', 'code')) };
  await web.OpenFeature.close();
  return { before, after, seen };
}

(async () => {
  const failed = (why) => ({ failed: String(why) });
  console.log(JSON.stringify({ server: await server().catch(failed), page: await page().catch(failed) }));
  process.exit(0);
})();
