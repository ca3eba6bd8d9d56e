//! The words of Latin, Cyrillic and Greek script, and of the neighbours of Europe.

use super::Language;

const ENGLISH: Language = Language {
    strong: "verification code*, verify code, verifycode, verification pin, verification number, security code*, security pin, \
        confirmation code*, confirm code, authentication code*, authorization code*, authorisation code*, auth code, \
        activation code*, login code*, log in code, log-in code, logon code, sign in code, signin code, sign-up code, signup code, \
        access code*, registration code*, validation code*, recovery code*, reset code*, otp code*, one time code*, single use code, \
        one time pass*, onetime pass*, one time pin, one time security code, single use pass*, temporary pass*, temporary code, \
        temporary pin, passcode*, pass code*, otp, otps, otac, mtan, 2fa code, 2 factor code, two factor code, two step code, \
        2 step code, mfa code, login pin, login otp, sms code, secret code, unlock code, pairing code, device code, tac, \
        steam guard code, guard code, identity code, approval code, secure code, vcode, dynamic code, dynamic password, account key, \
        tokencode, token code",
    plain: "code, codes, *code, pin, pin code, pincode, pin number, password, passwort, pswd, pwd, passphrase, tan, 2fa, totp, token, one time, \
        verification, verification no, login key",
    faint: "verify, verifying, verified, confirm, confirmation, authenticate, authentication, authorize, authorization, activate, \
        activation, log in, login, sign in, signin, sign up, signup, registration, to register, to continue, to unlock, \
        to proceed, validate, validation, complete your, security, to approve, to finish, passkey, reset, enter, dear customer, dear client, dear user, dear member, type, type in, key in, input, log in to your account, login to your account, sign in to your account, access your account, verify your account, \
        confirm your account, put in",
    label: "order, orders, order id, order code, order confirmation, order number, purchase code, tracking*, tracking code, \
        tracking number, parcel, package, shipment, shipment code, waybill, pickup code, pick up code, collection code, \
        reference*, reference code, ref, ref., ref no, refno, ref id, invoice, booking*, booking code, reservation, reservation code, \
        confirmation number, confirmation no, itinerary, pnr, ticket, case, case number, flight, gate, gate code, terminal, seat, room, bus, stop, \
        train, platform, account number, account no, acct, acct., a/c, a/c no, account, account ending, customer, client, card, card number, card no, customer number, \
        customer id, client number, member id, member, membership number, member number, policy, policy number, claim, claim number, meter, \
        transaction id, transaction number, txn id, txn, trans id, utr, batch, meeting id, conference id, serial number, serial, \
        model, imei, iban, bic, sort code, swift code, area code, country code, dialing code, zip, zip code, postal code, \
        postcode, error, error code, status code, source code, dress code, barcode, bar code, qr code, unicode, short code, \
        ussd code, extension, ext, ext., call, calls, phone, phone number, mobile number, telephone, tel, tel., ph, fax, text, reply, dial, \
        contact, contact us, whatsapp us, call us, toll free, helpline, hotline, customer service, help desk, since, version, build, \
        balance, total, amount, subtotal, id, user id, id number, apple id, number ending, licence plate, license plate, \
        plate, unit, suite, apt, apt., box, p.o. box, locker, queue number, queue, token number, token no, employee, agent, driver, badge, batch no, \
        lot, from number, store, branch, route, highway, at least, up to, page, chapter, roll number, registration number, \
        vehicle, loan, folio, application number, application id, case id, request id, request number, job, sku, isbn, issue",
    promotion: "promo, promo code*, promocode*, promotion*, promotional code, coupon*, coupon code*, discount*, discount code*, voucher*, \
        voucher code*, gift code, gift card, gift card code, offer, offers, offer code, sale, deal, deals, cashback, % off, percent off, off your, \
        checkout, at checkout, save up to, referral code*, invite code, invitation code, refer a friend, shop now, buy now, redeem, redeem code, \
        free shipping, bonus, bonus code, limited time, %, ٪, win, unsubscribe",
};

const SPANISH: Language = Language {
    strong: "código de verificación, código de confirmación, código de seguridad, código de acceso, código de activación, \
        código de autorización, código de autenticación, código de inicio de sesión, código de un solo uso, código de registro, \
        código de validación, código de recuperación, código de ingreso, código temporal, código sms, código otp, clave de acceso, clave dinámica, \
        clave de un solo uso, clave temporal, clave de seguridad, clave sms, clave de confirmación, contraseña temporal, contraseña de un solo uso, \
        contraseña única, código único, código secreto, token de seguridad, clave única, clave digital",
    plain: "código, codigos, clave, contraseña, token, nip, cód",
    faint: "verificar, verificación, verifica, confirmar, confirma, confirme, confirmación, iniciar sesión, inicia sesión, inicio de sesión, autorizar, \
        activar, acceder, validar, ingresar, ingresa, ingrese, digite, digita, introduce, introduzca, escribe, restablecer, para continuar, registro",
    label: "pedido, orden, orden de compra, número de pedido, código de pedido, envío, guía, número de guía, seguimiento, número de seguimiento, \
        código de seguimiento, factura, reserva, código de reserva, localizador, referencia, ref, folio, cuenta, tarjeta, número de cuenta, \
        llame, llame al, llama, llama al, llámanos, teléfono, tfno, código postal, código de área, desde, vuelo, cliente, número de cliente, \
        paquete, cita, expediente, contrato, póliza, saldo, importe, monto, turno, responde, envía, cédula, código de barras, código qr, código de error, habitación, autobús",
    promotion: "código promocional, código de descuento, cupón*, descuento*, dto, rebaja*, oferta*, promoción*, promo, código promo, gratis, \
        ahorra, bono, sorteo, gana",
};

const FRENCH: Language = Language {
    strong: "code de vérification, code de confirmation, code de sécurité, code d'accès, code d'activation, code d'authentification, \
        code de validation, code de connexion, code d'autorisation, code d'identification, code à usage unique, code unique, code secret, code sms, code temporaire, \
        code confidentiel, mot de passe à usage unique, mot de passe temporaire, mot de passe unique, code d’inscription, code de récupération",
    plain: "code, codes, mot de passe, mdp",
    faint: "vérifier, vérifiez, vérification, confirmer, confirmez, confirmation, se connecter, vous connecter, connexion, connecter, \
        authentification, valider, validez, saisissez, saisir, entrez, tapez, composez le code, utilisez, activer, identification",
    label: "commande, numéro de commande, n° de commande, colis, suivi, numéro de suivi, code de suivi, code de retrait, facture, \
        réservation, référence, réf, réf., dossier, compte, carte, vol, client, numéro client, appelez, appeler, appelez le, composez, tél, tél., \
        téléphone, téléphonez, au numéro, contactez, aide au, service client, code postal, code barres, code erreur, contrat, depuis, solde, montant, \
        envoyez, répondez, stop au, chambre, train, bus, porte, année, rdv",
    promotion: "code promo*, code de réduction, code réduction, code avantage, réduction*, remise*, soldes, offre*, promo, promotion*, bon d'achat, \
        bon de réduction, cadeau, gagnez, profitez, parrainage, code parrain*",
};

const GERMAN: Language = Language {
    strong: "bestätigungscode*, bestaetigungscode*, verifizierungscode*, verifikationscode*, sicherheitscode*, zugangscode*, aktivierungscode*, anmeldecode*, \
        anmelde-code, einmalcode*, einmal-code, einmalpasswort*, einmalkennwort*, einmal-passwort, einmal-pin, authentifizierungscode*, freischaltcode*, \
        login-code, logincode*, prüfcode*, registrierungscode*, wiederherstellungscode*, mtan, mobiletan, mobile tan, sms-tan, smstan, pushtan, tan, sms-code, \
        freigabecode*, identifikationscode*",
    plain: "code, codes, *code, passwort, kennwort, *passwort, zugangsdaten, geheimzahl, kode",
    faint: "bestätigen, bestätige, bestätigung, verifizieren, verifizierung, anmelden, anmeldung, einloggen, freigeben, freigabe, aktivieren, aktivierung, \
        authentifizierung, registrierung, eingeben, gib, geben sie, gebe, anzumelden, einzuloggen, verwende, verwenden sie, nutze, login",
    label: "bestellung*, bestellnummer*, bestell-nr, bestellnr, auftrag*, auftragsnummer*, sendung*, sendungsnummer*, paket*, paketnummer, trackingnummer, \
        abholcode*, rechnung*, rechnungsnummer, buchung*, buchungscode, buchungsnummer, referenz*, vorgang*, vorgangsnummer, konto, kontonummer, karte, \
        kundennummer*, kunden-nr, vertragsnummer*, vertrag, flug, zug, hotline, telefon*, tel, rufen sie, anrufen, anruf, unter der nummer, \
        postleitzahl, plz, barcode, fehlercode*, qr-code, termin, seit, guthaben, betrag, saldo, mitgliedsnummer, ticketnummer, zimmer, filiale, von nummer, fallnummer, aktenzeichen",
    promotion: "gutschein*, gutscheincode*, rabatt*, rabattcode*, aktionscode*, promocode*, angebot*, sparen, spare, ausverkauf, gratis, aktion, gewinnspiel",
};

const ITALIAN: Language = Language {
    strong: "codice di verifica, codice di conferma, codice di sicurezza, codice di accesso, codice d'accesso, codice di attivazione, codice di autenticazione, \
        codice di autorizzazione, codice di convalida, codice monouso, codice temporaneo, codice otp, codice sms, codice segreto, password usa e getta, \
        password monouso, password temporanea, codice di login, codice di registrazione, codice di recupero, codice univoco",
    plain: "codice, codici, password, parola chiave",
    faint: "verifica, verificare, conferma, confermare, accesso, accedere, autorizzare, autenticazione, attivare, attivazione, inserisci, inserire, digita, digitare, immetti, utilizza, accedi, convalida",
    label: "ordine, numero ordine, numero d'ordine, spedizione, pacco, tracking, fattura, prenotazione, codice prenotazione, codice di prenotazione, codice ritiro, \
        riferimento, rif, rif., conto, carta, cliente, codice cliente, chiama, chiamare, chiamaci, telefono, tel, numero verde, assistenza, cap, codice fiscale, codice postale, \
        volo, treno, contratto, pratica, polizza, saldo, importo, rispondi, invia, codice a barre, codice errore, dal, stanza",
    promotion: "codice sconto, codice promo*, codice promozionale, sconto, sconti, buono, coupon, offerta, offerte, saldi, promozione, gratis, regalo, vinci, risparmia",
};

const PORTUGUESE: Language = Language {
    strong: "código de verificação, código de confirmação, código de segurança, código de acesso, código de ativação, código de autenticação, código de autorização, \
        código de validação, código de login, código de uso único, código de registo, código temporário, código sms, código de recuperação, senha temporária, senha de uso único, \
        senha única, palavra-passe temporária, palavra-passe de utilização única, palavra-passe única, token de acesso, código único",
    plain: "código, códigos, senha, palavra-passe, palavra passe, token, chave de acesso, cod",
    faint: "verificar, verificação, verifique, confirmar, confirme, confirmação, entrar, iniciar sessão, acessar, autorizar, ativar, validar, digite, insira, introduza, login",
    label: "pedido, encomenda, número do pedido, rastreio, rastreamento, código de rastreio, código de rastreamento, fatura, nota fiscal, reserva, código de reserva, código de retirada, \
        referência, ref, protocolo, conta, cartão, agência, cliente, ligue, ligue para, telefone, tel, cep, código postal, código de barras, código de erro, voo, contrato, \
        apólice, saldo, valor, responda, envie, desde, quarto, boleto, processo",
    promotion: "código promocional, código de desconto, cupom, cupão, desconto*, oferta*, promoção*, promo, grátis, ganhe, economize, brinde, sorteio",
};

const DUTCH: Language = Language {
    strong: "verificatiecode*, bevestigingscode*, beveiligingscode*, toegangscode*, activeringscode*, activatiecode*, inlogcode*, eenmalige code*, eenmalig wachtwoord, \
        eenmalige toegangscode, authenticatiecode*, sms-code, controlecode*, herstelcode*, registratiecode*, verifikasiekode, veiligheidscode*, tan-code, aanmeldcode*",
    plain: "code, codes, *code, wachtwoord, pincode, wagwoord",
    faint: "verifiëren, verificatie, bevestig, bevestigen, bevestiging, inloggen, aanmelden, activeren, authenticatie, voer, vul, gebruik, typ, in te loggen, te bevestigen",
    label: "bestelling, bestelnummer, ordernummer, pakket, zending, track en trace, afhaalcode*, ophaalcode*, factuur, factuurnummer, reservering, reserveringsnummer, boekingsnummer, \
        referentie, kenmerk, rekening, kaart, klantnummer, bel, bel ons, telefoon, tel, postcode, vlucht, trein, contract, dossier, polis, saldo, bedrag, sinds, kamer",
    promotion: "kortingscode*, korting*, actiecode*, aanbieding*, uitverkoop, gratis, cadeau, bespaar, waardebon, kortingsbon",
};

const NORDIC: Language = Language {
    strong: "verifieringskod*, verifikationskod*, bekräftelsekod*, säkerhetskod*, engångskod*, engångslösenord*, inloggningskod*, aktiveringskod*, åtkomstkod*, autentiseringskod*, \
        bekræftelseskode*, verifikationskode*, bekreftelseskode*, sikkerhetskode*, sikkerhedskode*, engangskode*, engangspassord*, engangsadgangskode*, adgangskode*, innloggingskode*, \
        loginkode*, pålogginskode*, påloggingskode*, aktiveringskode*, verifiseringskode*, godkendelseskode*, engångs-kod, vahvistuskoodi*, varmennuskoodi*, turvakoodi*, kertakäyttökoodi*, \
        kertakäyttöinen salasana, kirjautumiskoodi*, todennuskoodi*, aktivointikoodi*, tunnistuskoodi*, staðfestingarkóði*, staðfestingarkóðinn, öryggiskóði*, auðkenniskóði*, sms-kod, sms-kode",
    plain: "kod, koden, *kod, *koden, kode, koden din, *kode, *koder, lösenord*, passord*, koodi*, *koodi, *koodisi, salasana*, tunnusluku*, kóði*, kóðinn, lykilorð",
    faint: "verifiera, verifiering, bekräfta, bekräftelse, logga in, inloggning, godkänn, bekræft, bekræftelse, log ind, bekreft, bekreftelse, logge inn, vahvista, vahvistus, kirjaudu, \
        kirjautuminen, staðfesta, ange, indtast, skriv inn, tast inn, syötä, anna, näppäile, använd, skriv, aktivera",
    label: "beställning*, ordernummer, order, ordre*, bestilling*, paket*, pakke*, sporingsnummer, spårningsnummer, kollinummer, sendungsnr, kolli, faktura*, fakturanummer, bokning*, \
        bokningskod*, bestillingskode, booking, referens*, reference, referanse*, referansenummer, konto, kontonummer, kort, kundnummer, kundenummer, ring, ring oss, telefon, tel, tlf, tlf., \
        postnummer, hämtkod*, hentekode*, afhentningskode*, fly, flyg, tåg, tog, saldo, beløp, belopp, beløb, siden, sedan, tilaus*, tilausnumero*, tilauksesi, lähetys*, seurantakoodi*, \
        noutokoodi*, paketti*, lasku*, laskun, varaus*, varausnumero, viite*, viitenumero, tili, kortti, asiakasnumero, soita, puh, puh., puhelin, lento, juna, vuodesta, pöntun*, rum, felkod*, fejlkode*, feilkode*",
    promotion: "rabattkod*, rabattkode*, rabatkode*, rabatt*, rabat*, rea, tilbud*, erbjudande*, kampanj*, kampagne*, kampanje*, spar, spara, gratis, presentkort, gavekort, alennus*, \
        alennuskoodi*, tarjous*, etukoodi*, lahjakortti, kampanjkod*, vinn, vind, voita, tilboð, afsláttur*",
};

const WEST_SLAVIC: Language = Language {
    strong: "kod weryfikacyjny, kod autoryzacyjny, kod potwierdzający, kod potwierdzenia, kod bezpieczeństwa, kod aktywacyjny, kod dostępu, kod logowania, kod jednorazowy, kod sms, smskod, \
        kodu weryfikacyjnego, kod uwierzytelniający, kod rejestracyjny, hasło jednorazowe, hasło sms, jednorazowe hasło, jednorazowy kod, kod do logowania, \
        ověřovací kód*, potvrzovací kód*, autorizační kód*, bezpečnostní kód*, aktivační kód*, přístupový kód*, přihlašovací kód*, jednorázový kód*, jednorázové heslo, sms kód*, \
        overovací kód*, potvrdzovací kód*, autorizačný kód*, bezpečnostný kód*, aktivačný kód*, prístupový kód*, prihlasovací kód*, jednorazový kód*, jednorazové heslo, kód pro přihlášení, kód pre prihlásenie",
    plain: "kod*, kodem, hasło, hasła, hasłem, kód*, heslo, hesla",
    faint: "weryfikacja, weryfikacji, potwierdź, potwierdzenie, potwierdzić, logowanie, logowania, zaloguj*, autoryzacja, aktywacja, aby zalogować, wpisz, podaj, ověření, potvrďte, potvrzení, přihlášení, přihlaste, \
        overenie, potvrďte, potvrdenie, prihlásenie, zadejte, zadajte, použijte, použite, użyj, wprowadź, uwierzytelnienie",
    label: "zamówienie, zamówienia, zamówienie nr, numer zamówienia, przesyłka, przesyłki, paczka, kod odbioru, numer śledzenia, faktura*, faktury, rezerwacja*, rezerwacji, numer referencyjny, \
        konto, konta, rachunek, karta, klienta, numer klienta, zadzwoń*, telefon*, tel, infolinia, infolinii, dzwoń, kod pocztowy, kod kreskowy, kod błędu, kod rabatowy, lot, pociąg, umowa, umowy, polisa, saldo, \
        kwota, objednávka*, objednávky, objednávku, zásilka*, zásielka*, balík*, sledovací číslo, faktúra*, rezervace, rezervácia, účet, kartě, zákazník*, volejte, volajte, linka, psč, směrovací číslo, \
        smerovacie číslo, čárový kód, variabilní symbol, variabilný symbol, vlak, smlouva, zmluva, částka, suma, zůstatek, výdejní kód, kód pro vyzvednutí, chybový kód, pokój, gabinet",
    promotion: "kod rabatowy, kodem rabatowym, kodu rabatowego, kod promocyjny, kodem promocyjnym, rabat*, zniżk*, promocj*, wyprzedaż*, oferta*, kupon*, gratis, taniej, sleva*, slevy, slevov*, slevový kód*, \
        slevovým kódem, zľava*, zľavy, zľavov*, zľavový kód*, akce, akcia, kupón*, výprodej*, nabídka*, výpredaj*, zdarma, dárkov*, konkurs",
};

const SOUTH_SLAVIC_BALTIC: Language = Language {
    strong: "verifikacijski kod*, verifikacioni kod*, sigurnosni kod*, bezbednosni kod*, kod za potvrdu, kod za verifikaciju, kod za prijavu, aktivacijski kod*, aktivacioni kod*, pristupni kod*, jednokratni kod*, \
        jednokratna lozinka, jednokratnu lozinku, jednokratna zaporka, kod za provjeru, kod za proveru, potvrditvena koda, potrditvena koda*, potrditveno kodo, varnostna koda*, enkratna koda*, enkratno geslo, \
        koda za preverjanje, patvirtinimo kodas*, saugos kodas*, prisijungimo kodas*, vienkartinis kodas*, vienkartinis slaptažodis, aktyvavimo kodas*, apstiprinājuma kods*, drošības kods*, vienreizējais kods*, \
        vienreizēja parole, verifikācijas kods*, pieslēgšanās kods*, kinnituskood*, turvakood*, ühekordne kood*, ühekordne parool, aktiveerimiskood*, sisselogimiskood*, kodi i verifikimit, kodi juaj i verifikimit, kodi i konfirmimit, \
        kodi i sigurisë",
    plain: "kod, koda, kodo, kodu, lozinka*, lozinku, zaporka*, geslo, kodas*, kodą, slaptažodis*, kods, kodu, parole, kood*, *kood, parool*, kodi, kodi juaj, fjalëkalim*",
    faint: "potvrda, potvrdite, potvrdu, prijava, prijavu, prijavite, verifikacija, unesite, unesi, vnesite, įveskite, ievadiet, sisestage, potrdite, potrditev, prijavo, patvirtinti, patvirtinkite, prisijungti, prisijungimui, apstiprināt, apstipriniet, pieslēgties, kinnita*, sisselogimine, \
        verifikim*, konfirmo*",
    label: "narudžba*, narudžbe, porudžbina*, naručilo*, naročilo*, pošiljka*, paket, račun*, rezervacija*, referenca, nazovite, pozovite, pokličite, telefon, tel, poštanski broj, kartica*, kartice, užsakym*, siunt*, \
        sąskait*, skambinkite, pasūtījum*, sūtījum*, rēķin*, zvaniet, tālrunis, tellimus*, pakk, saadetis*, arve*, helistage, porosia*, dërgesa*, kupac, broj pošiljke, iznos",
    promotion: "popust*, kod za popust, promo kod*, akcija*, kupon*, nuolaid*, nuolaidos kodas, atlaid*, atlaides kods, allahindlus*, sooduskood*, zbritje*, besplatno, sniženj*, ponuda*",
};

const ROMANIAN_HUNGARIAN: Language = Language {
    strong: "cod de verificare, codul de verificare, codul tău de verificare, codul dvs. de verificare, codul dumneavoastră de verificare, cod de securitate, codul de securitate, cod de confirmare, codul de confirmare, cod de acces, \
        codul de acces, cod de activare, codul de activare, cod de autentificare, codul de autentificare, cod unic, codul unic, cod de autorizare, codul de autorizare, parola de unică folosință, parola unică, parolă unică, parola temporară, cod sms, codul sms, \
        ellenőrző kód*, megerősítő kód*, biztonsági kód*, belépési kód*, hitelesítő kód*, hitelesítési kód*, aktiváló kód*, aktivációs kód*, egyszer használatos kód*, egyszeri jelszó*, egyszeri jelszava, egyszer használatos jelsz*, bejelentkezési kód*, \
        sms kód*, sms-kód*, jóváhagyó kód*, azonosító kód*, egyszeri kód*",
    plain: "cod, codul*, coduri, parola, parolă, parolei, kód*, *kód, *kódja, jelszó*, jelszav*",
    faint: "verificare, verifica, confirma, confirmare, confirmați, autentificare, conectare, autorizare, activare, introdu, introduceți, folosiți, folosește, utilizați, megerősítés*, ellenőrzés*, írja be, adja meg, bejelentkezés*, belépés*, hitelesítés*, erősítse",
    label: "comanda, comanda ta, comenzii, comandă, comenzi, număr comandă, colet*, awb, factura, factură, facturii, rezervare*, rezervarea, referință, cont, contul, card, cardul, client, cod client, sună, sunați, apelați, telefon, tel, cod poștal, zbor, \
        tren, contract*, poliță, sold, suma, sumă, cod de bare, cod eroare, rendelés*, rendelési szám*, rendelésszám*, csomag*, csomagszám*, számla*, foglalás*, foglalási kód*, hivatkozás*, ügyfélszám*, ügyfél, hívja, hívjon, telefonszám*, telefon*, \
        irányítószám*, bankkártya, kártya, járat, vonat, szerződés*, egyenleg*, összeg*, vonalkód*, hibakód*",
    promotion: "cod promoțional, codul promoțional, cod de reducere, codul de reducere, cod voucher, reducere, reduceri, ofertă, oferta, oferte, promoție*, cupon*, gratuit, voucher, kupon*, kuponkód*, kedvezmény*, akció*, leárazás*, ajánlat*, ingyen*, nyerj*",
};

const CYRILLIC: Language = Language {
    strong: "код подтверждения, код проверки, код доступа, код активации, код авторизации, код безопасности, код для входа, код входа, код для подтверждения, код регистрации, код верификации, код аутентификации, одноразовый код, одноразовый пароль, \
        одноразовым паролем, временный пароль, смс-код, sms-код, смс код, sms код, проверочный код, секретный код, пароль для входа, код из смс, кодом подтверждения, код для авторизации, код для регистрации, разовый код, разовый пароль, \
        код підтвердження, код перевірки, код доступу, код активації, код авторизації, код безпеки, код для входу, одноразовий код, одноразовий пароль, тимчасовий пароль, код верифікації, код реєстрації, \
        код за потвърждение, код за сигурност, код за достъп, код за вход, код за верификация, код за активиране, еднократен код, еднократна парола, верификациони код, код за верификацију, безбедносни код, једнократна лозинка, код за потврду, \
        код за верификација, код за потврда, безбедносен код, еднократна лозинка, код пацверджання, код пацвярджэння, аднаразовы пароль, растау коды*, растау кодыңыз, бір реттік құпия сөз, баталгаажуулах код*, нэг удаагийн нууц үг, тасдиқлаш коди*, ырастоо коду*, коди тасдиқ*",
    plain: "код*, пароль*, пароля, паролем, пин, пин-код*, пинкод*, парола*, лозинка*, лозинку, құпия сөз*, нууц үг*, нууц код*, коды*, коду",
    faint: "подтвержд*, подтвердит*, подтверди, авториз*, вход*, войти, войдите, регистрац*, активац*, верификац*, аутентификац*, введите, личный кабинет, используйте, сброс*, восстановлен*, подписан*, підтвердж*, підтвердіть, увійти, увійдіть, авторизац*, реєстрац*, введіть, використайте, увядзіце, енгізіңіз, внесете, унесите, потвърд*, потвърждение, въведете, \
        верификаци*, потврд*, пријав*, растау, баталгаажуул*, пацверд*, кіру",
    label: "заказ*, номер заказа, заказ №, доставк*, посылк*, отправлен*, трек*, трек-номер*, трек-код, код получения, код выдачи, код посылки, накладн*, счет*, счёт*, фактур*, брон*, бронирован*, код брони*, номер брони*, договор*, полис*, карт*, клиент*, \
        рейс*, поезд*, звоните, позвоните, телефон*, тел, тел., горячая линия, справки, справка, вопросы, по номеру, номер телефона, почтовый индекс, индекс, штрих-код, штрихкод, код ошибки, код города, код региона, id, талон*, очеред*, \
        ячейк*, постамат*, баланс*, сумм*, остаток, с номера, на номер, замовлен*, посилк*, відправлен*, ттн, рахун*, бронюван*, картк*, клієнт*, дзвоніть, телефонуйте, довідка, поштовий індекс, рейс, потяг, сума, поръчк*, пратк*, \
        товарителниц*, сметк*, резервац*, обадете се, телефон, пощенски код, поруџбин*, пошиљк*, рачун*, позовите, нарачк*, тапсырыс*, захиалга*, замов*, заказ номер",
    promotion: "промокод*, промо-код*, промо код*, скидк*, акци*, распродаж*, кэшбэк*, купон*, подарок, подарочн*, бонус*, розыгрыш*, выгод*, предложени*, бесплатн*, знижк*, розпродаж*, безкоштовн*, акці*, кешбек*, пропозиц*, отстъпк*, промоци*, намалени*, \
        попуст*, безплатн*, жеңілдік*, хямдрал*",
};

const GREEK_TURKIC: Language = Language {
    strong: "κωδικός επαλήθευσης, κωδικό επαλήθευσης, κωδικός επιβεβαίωσης, κωδικό επιβεβαίωσης, κωδικός ασφαλείας, κωδικός ασφάλειας, κωδικό ασφαλείας, κωδικός πρόσβασης, κωδικό πρόσβασης, κωδικός μιας χρήσης, κωδικό μιας χρήσης, κωδικός μίας χρήσης, κωδικός σύνδεσης, \
        κωδικός ενεργοποίησης, κωδικός ταυτοποίησης, doğrulama kodu*, onay kodu*, güvenlik kodu*, giriş kodu*, aktivasyon kodu*, tek kullanımlık şifre*, tek kullanımlık kod*, tek kullanımlık parola*, sms şifre*, sms kodu*, onay şifre*, doğrulama şifre*, giriş şifre*, kayıt kodu*, \
        mobil onay kodu*, təsdiq kodu*, təhlükəsizlik kodu*, birdəfəlik şifrə*, birdəfəlik kod*, tasdiqlash kodi*, tasdiqlash kod*, bir martalik parol*, kirish kodi*",
    plain: "κωδικός*, κωδικό*, κωδικού, συνθηματικό*, kod, kodu*, kodunuz*, *kodu, *kodunuz*, şifre*, parola*, şifrə*, kodi*, parol, paroli*, kodingiz",
    faint: "επαλήθευση*, επιβεβαίωση*, επιβεβαιώστε, σύνδεση*, είσοδο*, ενεργοποίηση*, εισάγετε, πληκτρολογήστε, χρησιμοποιήστε, girin, giriniz, kullanın, kullanarak, daxil edin, kiriting, doğrula*, onayla*, giriş yap*, giriş*, oturum aç*, aktivasyon, üyelik, təsdiq*, daxil ol*, tasdiq*, kirish",
    label: "παραγγελία*, παραγγελίας, αποστολή*, αποστολής, δέμα*, τιμολόγιο*, κράτηση*, κωδικός κράτησης, λογαριασμός, κάρτα*, κάρτας, πελάτη*, καλέστε, τηλέφωνο, τηλ, τηλ., ταχυδρομικός κώδικας, πτήση*, αναφορά*, υπόλοιπο*, ποσό*, κωδικός αποστολής, αριθμός αποστολής, \
        sipariş*, sipariş no, sipariş kodu, kargo*, kargo takip no, takip no, takip numarası, takip kodu, teslimat kodu*, teslim kodu*, fatura*, rezervasyon*, rezervasyon kodu, pnr, hesap*, kart*, müşteri*, müşteri no, arayın*, arayabilirsiniz, ara, telefon*, tel, bilgi, posta kodu, \
        alan kodu, hata kodu, uçuş, sefer, poliçe*, bakiye*, tutar*, referans*, başvuru*, dekont*, sifariş*, bağlama*, buyurtma*, müraciət, qaimə, ref no, destek, mersis no",
    promotion: "έκπτωση*, εκπτώσεις, εκπτωτικό*, εκπτωτικός κωδικός, εκπτωτικό κωδικό, προσφορά*, προσφορές, κουπόνι*, δωρεάν, δωροεπιταγή, κερδίστε, indirim*, indirim kodu*, kupon*, kupon kodu*, kampanya*, kampanya kodu*, promosyon*, hediye*, fırsat*, ücretsiz, bedava, kazan, \
        endirim*, chegirma*, kampaniya*, aksiya*",
};

const IBERIAN_AFRICAN: Language = Language {
    strong: "codi de verificació, codi de confirmació, codi de seguretat, codi d'accés, contrasenya d'un sol ús, egiaztapen-kodea*, egiaztapen kodea*, segurtasun-kodea*, código de verificación, nambari ya uthibitisho, nambari yako ya uthibitisho, \
        msimbo wa uthibitishaji, msimbo wako wa uthibitishaji, nenosiri la mara moja, verifikasiekode*, bevestigingskode*, sekuriteitskode*, eenmalige pin, lambar tantancewa, koodu ijerisi, ikhodi yokuqinisekisa, koodhka xaqiijinta, cod dilysu, cód fíoraithe, kodiċi ta' verifika",
    plain: "codi, contrasenya, kodea*, pasahitza, nambari ya siri, msimbo*, nenosiri, koodhka, koodhkaaga, còdaigh, *kode",
    faint: "verificació, confirmar, egiaztatu, uthibitisho, thibitisha, xaqiijinta",
    label: "comanda, enviament, factura, eskaera*, agizo, oda, bestelling, dalabka, truqueu, piga simu",
    promotion: "descompte*, codi promocional, oferta*, deskontu*, punguzo, afslag*, ofa",
};

pub(super) const LANGUAGES: &[Language] = &[
    ENGLISH,
    SPANISH,
    FRENCH,
    GERMAN,
    ITALIAN,
    PORTUGUESE,
    DUTCH,
    NORDIC,
    WEST_SLAVIC,
    SOUTH_SLAVIC_BALTIC,
    ROMANIAN_HUNGARIAN,
    CYRILLIC,
    GREEK_TURKIC,
    IBERIAN_AFRICAN,
];
