// An identity provider on loopback: oidc-provider with three clients and the forms it brings along, and beside its own
// userinfo endpoint one that answers as api.intra.42.fr does.
// Pictures come from another port, by https, as they do from the providers' image servers.
// Usage: node provider.mjs MODULES ORIGIN_OF_SEALPOST PICTURES; PICTURES is a folder with cert.pem, key.pem and me.png. Says
// "pictures at URL" and "listening on URL", and serves until it is ended.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, sealpost, folder] = process.argv.slice(2);
const entry = path.resolve(modules, 'oidc-provider/lib/index.js');
const { default: Provider } = await import(pathToFileURL(entry));

const file = (name) => fs.readFileSync(path.join(folder, name));
const pictures = https.createServer({ cert: file('cert.pem'), key: file('key.pem') }, (request, response) => {
  if (request.url !== '/painter.png' || request.headers.authorization || request.headers.cookie) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': 'image/png' }).end(file('me.png'));
});
await new Promise((resolve) => pictures.listen(0, '127.0.0.1', resolve));
const gallery = `https://localhost:${pictures.address().port}`;
console.log(`pictures at ${gallery}`);

// Whoever logs in as NAME or NAME+unverified is NAME with an address that is verified or not.
const claims = (login) => {
  const [name, ...marks] = login.split('+');
  return {
    sub: `id-of-${login}`,
    preferred_username: name,
    // Everybody else's is where this server may not go.
    picture: name === 'painter' ? `${gallery}/painter.png` : `https://pictures.example/${name}.png`,
    email: `${name}@mail.example`,
    email_verified: !marks.includes('unverified'),
  };
};

const callback = (provider) => `${sealpost}/v1/oauth/${provider}/callback`;
const client = (id, redirect) => ({
  client_id: id,
  client_secret: `the secret of ${id}`,
  // 42 is the provider of document 002, too.
  redirect_uris: redirect === '42' ? [callback(redirect), `${sealpost}/oauth/callback`] : [callback(redirect)],
});

const server = http.createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      client('us', 'corp'),
      client('us-plain', 'plain'),
      { ...client('us-42', '42'), token_endpoint_auth_method: 'client_secret_post' },
      // Somebody else's client that claims our address.
      client('somebody-else', 'corp'),
    ],
    claims: {
      openid: ['sub'],
      profile: ['preferred_username', 'picture'],
      email: ['email', 'email_verified'],
    },
    scopes: ['openid', 'profile', 'email', 'public'],
    pkce: { required: () => false },
    findAccount: (ctx, id) => ({ accountId: id, claims: () => claims(id) }),
  });
  provider.use(async (ctx, next) => {
    if (ctx.path !== '/v2/me') return next();
    const token = await provider.AccessToken.find((ctx.get('authorization') || '').replace('Bearer ', ''));
    if (!token) return ctx.throw(401);
    const { preferred_username: login, email, picture } = claims(token.accountId);
    ctx.body = { id: 21_000 + login.length, login, email, image: { link: picture } };
  });
  server.on('request', provider.callback());
  console.log(`listening on ${issuer}`);
});
